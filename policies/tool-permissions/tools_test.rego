package tools_test

import data.tools

lists := {"*": ["search"], "operator": ["restart"]}

denied(roles, offered, called) := found if found := count(tools.deny) with input as {"caller": {"roles": roles}, "tools": {"offered": offered, "called": called}} with data.tool_lists as lists

restart := {"name": "restart", "path": "choices[0]"}

test_everybody_searches if denied([], ["search"], []) == 0

test_operators_restart if denied(["operator"], ["search", "restart"], [restart]) == 0

test_nobody_else_does if {
	denied([], ["restart"], []) == 1
	denied([], [], [restart]) == 1
}

test_a_call_without_a_name if denied(["operator"], [], [{"name": "", "path": ""}]) == 1
