package sallyport.working_hours

now := time.parse_rfc3339_ns(input.time)

default timezone := "UTC"

timezone := data.zones[input.caller.tenant]

weekend if time.weekday([now, timezone]) in {"Saturday", "Sunday"}

deny contains "outside working hours" if weekend

deny contains "outside working hours" if {
	[hour, _, _] := time.clock([now, timezone])
	not working(hour)
}

working(hour) if {
	hour >= 8
	hour < 18
}
