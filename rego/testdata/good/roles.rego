package sallyport.roles

default allow := false

allow if {
	"agent" in input.caller.roles
	not suspended
	level >= 2
}

allow if is_admin

is_admin if input.caller.claims.admin == true

suspended if input.caller.subject in data.suspended

default level := 0

level := to_number(input.caller.claims.level) if regex.match(`^[0-9]+$`, input.caller.claims.level)

level := round(input.caller.claims.level) if is_number(input.caller.claims.level)

deny contains "expired" if {
	is_number(input.caller.claims.exp)
	input.caller.claims.exp * 1000000000 < time.parse_rfc3339_ns(input.time)
}

flag contains "night" if {
	hours := split(split(input.time, "T")[1], ":")
	to_number(hours[0]) < 6
}
