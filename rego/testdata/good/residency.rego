package sallyport.residency

european := {"openai-eu", "mistral"}

default residency := "any"

residency := data.tenants[input.caller.tenant].residency

deny contains msg if {
	residency == "eu"
	some upstream in input.upstreams
	not upstream.name in european
	msg := sprintf("upstream %s is outside the EU", [upstream.name])
}

deny contains "no upstream in the EU" if {
	residency == "eu"
	input.upstream
	not startswith(input.upstream.name, "openai-eu")
	not input.upstream.name in european
}

allow if {
	every upstream in input.upstreams {
		upstream.name in european
		upstream.protocol != "generate"
	}
}
