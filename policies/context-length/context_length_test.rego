package llm_guardrails_test

import data.llm_guardrails

call(model, tokens) := {"model": model, "context_payload": {"token_count": tokens}}

test_room_is_left if count(llm_guardrails.deny) == 0 with input as call({"context_tokens": 4000}, 3200)

test_too_much if count(llm_guardrails.deny) == 1 with input as call({"context_tokens": 4000}, 3201)

test_larger_models_take_more if count(llm_guardrails.deny) == 0 with input as call({"context_tokens": 128000}, 100000)

test_unknown_models_take_4000 if {
	count(llm_guardrails.deny) == 0 with input as call({}, 3200)
	count(llm_guardrails.deny) == 1 with input as call({}, 3201)
}
