# Where a tenant's data may go. Every upstream that may serve the call counts, as a retry may go to any of them.
package residency

import future.keywords.not

default regions := {}

regions := data.regions

default tenants := {}

tenants := data.tenant_regions

allowed := object.get(tenants, input.caller.tenant, object.get(tenants, "*", []))

deny contains {"code": "policy.residency", "msg": "The data of this tenant may not go where this model is served."} if {
	some upstream in input.upstreams
	region := object.get(regions, upstream.name, "unknown")
	not region in allowed
}

deny contains {"code": "policy.residency", "msg": "Nobody says where this model is served."} if count(input.upstreams) == 0
