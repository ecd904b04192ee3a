# What every boundary must enforce, stage by stage. What is only tried in shadow does not count.
package required_stages

import future.keywords.not

default required := {"input": ["prompt-injection"], "output": ["pii"]}

required := data.required

deny contains {"code": "policy.required_stage", "msg": sprintf("Boundary %v must enforce %v in %v.", [input.boundary, name, stage])} if {
	some stage, names in required
	some name in names
	not name in object.get(input.enforced, stage, [])
}
