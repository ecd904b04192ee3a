/** JSON Schema (draft 7) of what Rego sees as `input`; modules are checked against it. */

const text = { type: 'string' }
const count = { type: 'integer' }
const list = (items: object) => ({ type: 'array', items })
/** All fields are there in every call but those whose names end with a question mark. */
const object = (fields: Readonly<Record<string, object>>) => ({
  type: 'object',
  properties: Object.fromEntries(Object.entries(fields).map(([name, of]) => [name.replace('?', ''), of])),
  required: Object.keys(fields).filter((name) => !name.endsWith('?')),
  additionalProperties: false,
})

const upstream = object({ name: text, protocol: text })
const part = object({ path: text, kind: text, length: count, tokens: count, 'tool?': text, 'text?': text })
const parts = list(part)
const action = { type: 'string', enum: ['allow', 'flag', 'transform', 'block'] }
const stage = { type: 'string', enum: ['admit', 'input', 'context', 'policy', 'output', 'tool'] }

export const INPUT_SCHEMA = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'What a policy in Rego sees of a call as input',
  ...object({
    stage,
    time: text,
    boundary: text,
    path: text,
    stream: { type: 'boolean' },
    model: object({ 'name?': text, 'context_tokens?': count }),
    'upstream?': upstream,
    upstreams: list(upstream),
    enforced: object({
      admit: list(text),
      input: list(text),
      context: list(text),
      policy: list(text),
      output: list(text),
      tool: list(text),
    }),
    caller: object({
      subject: text,
      tenant: text,
      roles: list(text),
      claims: { type: 'object', additionalProperties: {} },
    }),
    // Bodies, which callers and models write.
    'request?': {},
    'answer?': {},
    parts: object({ system: parts, user: parts, retrieved: parts, tool: parts, model: parts }),
    answer_parts: parts,
    findings: list(
      object({
        guard: text,
        code: text,
        stage,
        action,
        score: { type: 'number' },
        reason: text,
        places: list(object({ path: text, span: list(count) })),
      }),
    ),
    context_payload: object({ token_count: count }),
    tokens: object({
      system: count,
      user: count,
      retrieved: count,
      tool: count,
      model: count,
      total: count,
    }),
    estimate: object({ input_tokens: count, 'output_tokens?': count, 'cost?': { type: 'number' } }),
    tools: object({ offered: list(text), called: list(object({ name: text, path: text })) }),
  }),
}
