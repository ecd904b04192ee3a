package working_hours_test

import data.working_hours

denied(at, roles) := found if found := count(working_hours.deny) with input as {"time": at, "caller": {"roles": roles}} with data.hours as {"zone": "Europe/Berlin"}

test_by_day if denied("2026-11-25T10:00:00.000Z", []) == 0

test_the_zone_counts if {
	denied("2026-11-25T07:00:00.000Z", []) == 0
	denied("2026-11-25T06:59:00.000Z", []) == 1
	denied("2026-11-25T17:00:00.000Z", []) == 1
}

test_not_on_sundays if denied("2026-11-29T10:00:00.000Z", []) == 1

test_exceptions if denied("2026-11-29T10:00:00.000Z", ["on-call"]) == 0

test_wrong_hours_are_closed if {
	count(working_hours.deny) == 1 with input as {"time": "2026-11-25T10:00:00.000Z", "caller": {"roles": []}} with data.hours as {"from": "8"}
}
