package customer_data_test

import data.customer_data

denied(findings, upstream) := found if found := count(customer_data.deny) with input as {"findings": findings, "upstreams": [{"name": upstream}]} with data.approved as ["own"]

flagged := [{"code": "pii.email", "action": "flag"}]

test_nothing_was_found if denied([], "public") == 0

test_found_and_not_approved if denied(flagged, "public") == 1

test_found_and_approved if denied(flagged, "own") == 0

test_masked if denied([{"code": "pii.email", "action": "transform"}], "public") == 0
