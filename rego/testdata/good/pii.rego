package sallyport.pii

approved contains name if some name in data.approved_providers

personal contains finding if {
	some finding in input.findings
	startswith(finding.code, "pii.")
	finding.score >= 0.5
	finding.action != "transform"
}

deny contains {"code": "policy.customer_data", "msg": msg, "path": place.path, "span": place.span} if {
	count(personal) > 0
	some upstream in input.upstreams
	not upstream.name in approved
	some finding in personal
	some place in finding.places
	place.span[0] < place.span[1]
	msg := sprintf("%s must not go to %s", [finding.code, upstream.name])
}

transform contains {"path": place.path, "span": place.span, "replacement": "[removed]"} if {
	some finding in personal
	some place in finding.places
}
