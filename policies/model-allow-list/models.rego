# Which models a tenant may call: those of its own list, or of the list of "*" where it has none.
package models

import future.keywords.not

default tenants := {}

tenants := data.model_lists

listed := object.get(tenants, input.caller.tenant, object.get(tenants, "*", []))

deny contains {"code": "policy.model", "msg": sprintf("Tenant %v may not call this model.", [input.caller.tenant])} if {
	not input.model.name in listed
}
