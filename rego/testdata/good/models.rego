package sallyport.models

import data.allowed_models

default model := ""

model := input.model.name

default permitted := []

permitted := allowed_models[input.caller.tenant]

deny contains {"code": "policy.model", "msg": msg} if {
	not model in permitted
	msg := sprintf("model %q is not allowed for tenant %s", [model, input.caller.tenant])
}
