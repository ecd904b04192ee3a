package spend_test

import data.spend

denied(tenant, estimate) := found if found := count(spend.deny) with input as {"caller": {"tenant": tenant}, "estimate": estimate} with data.spend_limits as {"*": 0.05, "research": 1}

test_cheap if denied("other", {"cost": 0.05}) == 0

test_dear if denied("other", {"cost": 0.06}) == 1

test_by_tenant if denied("research", {"cost": 0.9}) == 0

test_unknown_costs_are_refused if denied("research", {}) == 1

test_no_limit_is_none if {
	count(spend.deny) == 1 with input as {"caller": {"tenant": "a"}, "estimate": {"cost": 0.01}} with data.spend_limits as {}
}
