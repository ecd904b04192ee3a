# The context of a call must fit its model with room to answer.
package sallyport.context_length

default window := 4000

window := input.model.context_tokens

window := data.limits.context_tokens if {
	not input.model.context_tokens
	is_number(data.limits.context_tokens)
}

limit := floor(window * 0.8)

deny contains {"code": "policy.context_length", "msg": msg} if {
	input.context_payload.token_count > limit
	msg := "Context payload exceeds safe token limit. Truncation required."
}
