package models_test

import data.models

lists := {"*": ["small"], "acme": ["small", "large"]}

denied(tenant, model) := found if found := count(models.deny) with input as {"caller": {"tenant": tenant}, "model": model} with data.model_lists as lists

test_own_list if denied("acme", {"name": "large"}) == 0

test_list_of_all if {
	denied("other", {"name": "small"}) == 0
	denied("other", {"name": "large"}) == 1
}

test_no_model_is_none_of_them if denied("acme", {}) == 1

test_no_list_allows_nothing if {
	count(models.deny) == 1 with input as {"caller": {"tenant": "acme"}, "model": {"name": "small"}} with data.model_lists as {}
}
