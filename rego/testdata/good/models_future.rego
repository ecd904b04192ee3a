package sallyport.models_future

import future.keywords.not

deny contains msg if {
	not input.model.name in data.models.allowed[input.caller.tenant]
	msg := sprintf("model %s is not allowed", [object.get(input.model, "name", "(none)")])
}
