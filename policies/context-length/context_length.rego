# What was retrieved must leave room for the question and the answer: at most 80 % of the model's context.
package llm_guardrails

default_context := 4000

context_limit := object.get(input.model, "context_tokens", default_context) * 0.8

deny contains {"code": "policy.context_length", "msg": "Context payload exceeds safe token limit. Truncation required."} if {
	input.context_payload.token_count > context_limit
}
