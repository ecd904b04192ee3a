# Calls are taken on working days, from one hour to another, in the time of one place. Callers with a role of `always` are
# taken at any time.
package working_hours

import future.keywords.not

default wanted := {}

wanted := data.hours

hours := object.union({"from": 8, "to": 18, "zone": "UTC"}, wanted)

always := object.get(hours, "always", ["on-call"])

now := [time.parse_rfc3339_ns(input.time), hours.zone]

hour := time.clock(now)[0]

weekend if time.weekday(now) in {"Saturday", "Sunday"}

open if {
	not weekend
	is_number(hours.from)
	is_number(hours.to)
	hour >= hours.from
	hour < hours.to
}

excepted if {
	some role in input.caller.roles
	role in always
}

deny contains {"code": "policy.closed", "msg": "Calls are taken in working hours only."} if {
	not open
	not excepted
}
