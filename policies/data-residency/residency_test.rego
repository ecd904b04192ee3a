package residency_test

import data.residency

denied(tenant, upstreams) := found if found := count(residency.deny) with input as {"caller": {"tenant": tenant}, "upstreams": upstreams} with data.regions as {"paris": "eu", "ohio": "us"} with data.tenant_regions as {"*": ["eu"], "us-corp": ["us"]}

test_in_its_region if denied("us-corp", [{"name": "ohio"}]) == 0

test_every_upstream_counts if denied("us-corp", [{"name": "ohio"}, {"name": "paris"}]) == 1

test_unknown_regions_are_nowhere if denied("other", [{"name": "moon"}]) == 1

test_no_upstream if denied("other", []) == 1

test_others_have_the_list_of_all if denied("other", [{"name": "paris"}]) == 0
