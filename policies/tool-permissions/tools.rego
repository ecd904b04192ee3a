# Which tools a role may have offered to the model, and which the model may call for it.
package tools

import future.keywords.not

default roles := {}

roles := data.tool_lists

granted contains tool if {
	some role in array.concat(["*"], input.caller.roles)
	some tool in object.get(roles, role, [])
}

deny contains {"code": "policy.tool", "msg": sprintf("The tool %v may not be offered here.", [tool])} if {
	some tool in input.tools.offered
	not tool in granted
}

deny contains {"code": "policy.tool", "msg": sprintf("The tool %v may not be called here.", [call.name]), "path": call.path} if {
	some call in input.tools.called
	not call.name in granted
}
