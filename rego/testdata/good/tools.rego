package sallyport.tools

permissions := {
	"agent": {"search", "read_ticket"},
	"supervisor": {"search", "read_ticket", "refund"},
}

granted contains tool if {
	some role in input.caller.roles
	some tool in permissions[role]
}

granted contains tool if {
	some role in input.caller.roles
	some tool in data.permissions[role]
}

deny contains {"code": "policy.tool", "msg": msg, "path": call.path} if {
	some call in input.tools.called
	not call.name in granted
	msg := sprintf("tool %s needs a role that %s has not", [call.name, input.caller.subject])
}

deny contains "too many tools offered" if count(input.tools.offered) > 32

flag contains name if {
	some name in input.tools.offered
	not permitted(name)
	name != "think"
}

permitted(name) if name in granted

permitted(name) if glob.match("public.*", [], name)
