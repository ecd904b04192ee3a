package required_stages_test

import data.required_stages

denied(enforced) := found if found := count(required_stages.deny) with input as {"boundary": "b", "enforced": enforced} with data.required as {"input": ["pii"], "output": ["pii", "links"]}

test_all_there if denied({"input": ["pii"], "output": ["links", "pii"]}) == 0

test_one_lacks if denied({"input": ["pii"], "output": ["pii"]}) == 1

test_all_lack if denied({}) == 3
