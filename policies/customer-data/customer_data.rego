# No customer data to a provider that is not approved for it: what the guard `pii` found and left in the text may go only to
# upstreams of the list.
package customer_data

import future.keywords.not

default approved := []

approved := data.approved

exposed if {
	some finding in input.findings
	startswith(finding.code, "pii.")
	finding.action in {"allow", "flag"}
}

deny contains {"code": "policy.customer_data", "msg": sprintf("Personal data may not go to %v.", [upstream.name])} if {
	exposed
	some upstream in input.upstreams
	not upstream.name in approved
}
