# What one call may cost at most, by the prices of whoever may serve it. A call whose cost nobody knows is refused. What a
# tenant may spend in a day or a month is what the checkpoint `budget` limits.
package spend

import future.keywords.not

default limits := {}

limits := data.spend_limits

limit := object.get(limits, input.caller.tenant, object.get(limits, "*", 0))

within if {
	is_number(limit)
	input.estimate.cost <= limit
}

deny contains {"code": "policy.spend", "msg": "This call may cost more than this tenant may spend on one."} if not within
