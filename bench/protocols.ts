import { FIRST_TOKEN, MARK, MODEL, prose, type Template } from './bodies.ts'

// One call of each protocol, as alike as their forms allow: a question of about 1 KB, and the same answer of about 1 KB,
// whole or in 50 events.

export interface Spoken {
  name: string
  path: string
  request(stream: boolean): Template
  /** The body of an answer. */
  body: string
  /** The events of a streamed one. */
  events?: readonly string[]
}

const SYSTEM = prose(1, 160)
const QUESTION = prose(3, 690)
const ANSWER = prose(99, 720)
const WORDS = [FIRST_TOKEN, ...prose(7, 600).split(/(?= )/).slice(0, 45)].map((word, i) =>
  i === 1 ? ` ${word}` : word,
)

function template(body: object): Template {
  const text = JSON.stringify(body)
  const bytes = Buffer.from(text)
  const marks: number[] = []
  for (let at = bytes.indexOf(MARK); at >= 0; at = bytes.indexOf(MARK, at + 1)) marks.push(at)
  return { text, marks }
}

const data = (event: object): string => `data: ${JSON.stringify(event)}\n\n`
const typed = (event: { type: string; [field: string]: unknown }): string =>
  `event: ${event.type}\n${data(event)}`

const head = { id: 'chatcmpl-bench', created: 1_700_000_000, model: MODEL, system_fingerprint: 'fp_bench' }
const usage = { prompt_tokens: 200, completion_tokens: 150, total_tokens: 350 }
const chunk = (delta: object, finish: string | null) =>
  data({
    ...head,
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
  })

const chat: Spoken = {
  name: 'chat completions',
  path: '/v1/chat/completions',
  request: (stream) =>
    template({
      model: MODEL,
      stream,
      messages: [
        { role: 'system', content: `${MARK} ${SYSTEM}` },
        { role: 'user', content: `${MARK} ${QUESTION}` },
      ],
      max_tokens: 512,
    }),
  body: JSON.stringify({
    ...head,
    object: 'chat.completion',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: ANSWER, refusal: null },
        logprobs: null,
        finish_reason: 'stop',
      },
    ],
    usage,
  }),
  events: [
    chunk({ role: 'assistant', content: '' }, null),
    ...WORDS.map((content) => chunk({ content }, null)),
    chunk({}, 'stop'),
    'data: [DONE]\n\n',
  ],
}

const completion = (text: string, finish: string | null) => ({
  ...head,
  object: 'text_completion',
  choices: [{ index: 0, text, logprobs: null, finish_reason: finish }],
})

const completions: Spoken = {
  name: 'completions',
  path: '/v1/completions',
  request: (stream) =>
    template({ model: MODEL, stream, prompt: `${MARK} ${SYSTEM}\n\n${MARK} ${QUESTION}`, max_tokens: 512 }),
  body: JSON.stringify({ ...completion(ANSWER, 'stop'), usage }),
  events: [
    ...WORDS.map((word) => data(completion(word, null))),
    data(completion('', 'stop')),
    'data: [DONE]\n\n',
  ],
}

const vector = Array.from({ length: 64 }, (_, i) => Math.sin(i + 1) / 8)

const embeddings: Spoken = {
  name: 'embeddings',
  path: '/v1/embeddings',
  request: () => template({ model: MODEL, input: [`${MARK} ${SYSTEM}`, `${MARK} ${QUESTION}`] }),
  body: JSON.stringify({
    object: 'list',
    data: [{ object: 'embedding', index: 0, embedding: vector }],
    model: MODEL,
    usage: { prompt_tokens: 200, total_tokens: 200 },
  }),
}

const part = (text: string) => ({ type: 'output_text', text, annotations: [] })
const item = (status: string, content: object[]) => ({
  id: 'msg_bench',
  type: 'message',
  role: 'assistant',
  status,
  content,
})
const response = (status: string, output: object[], used?: object) => ({
  id: 'resp_bench',
  object: 'response',
  created_at: 1_700_000_000,
  status,
  model: MODEL,
  output,
  parallel_tool_calls: true,
  tool_choice: 'auto',
  tools: [],
  ...used,
})
const used = { usage: { input_tokens: 200, output_tokens: 150, total_tokens: 350 } }
const place = { item_id: 'msg_bench', output_index: 0, content_index: 0 }
const SAID = WORDS.slice(0, 43)
const whole = [part(SAID.join(''))]

const responses: Spoken = {
  name: 'responses',
  path: '/v1/responses',
  request: (stream) =>
    template({
      model: MODEL,
      stream,
      instructions: `${MARK} ${SYSTEM}`,
      input: [{ role: 'user', content: `${MARK} ${QUESTION}` }],
      max_output_tokens: 512,
    }),
  body: JSON.stringify(response('completed', [item('completed', [part(ANSWER)])], used)),
  events: [
    { type: 'response.created', response: response('in_progress', []) },
    { type: 'response.output_item.added', output_index: 0, item: item('in_progress', []) },
    { type: 'response.content_part.added', ...place, part: part('') },
    ...SAID.map((delta) => ({ type: 'response.output_text.delta', ...place, delta })),
    { type: 'response.output_text.done', ...place, text: SAID.join('') },
    { type: 'response.content_part.done', ...place, part: whole[0]! },
    {
      type: 'response.output_item.done',
      output_index: 0,
      item: item('completed', whole),
    },
    {
      type: 'response.completed',
      response: response('completed', [item('completed', whole)], used),
    },
  ].map((event, sequence_number) => typed({ ...event, sequence_number })),
}

const message = (content: object[], stop: string | null) => ({
  id: 'msg_bench',
  type: 'message',
  role: 'assistant',
  model: MODEL,
  content,
  stop_reason: stop,
  stop_sequence: null,
  usage: { input_tokens: 200, output_tokens: 150 },
})

const messages: Spoken = {
  name: 'messages',
  path: '/v1/messages',
  request: (stream) =>
    template({
      model: MODEL,
      stream,
      system: `${MARK} ${SYSTEM}`,
      messages: [{ role: 'user', content: `${MARK} ${QUESTION}` }],
      max_tokens: 512,
    }),
  body: JSON.stringify(message([{ type: 'text', text: ANSWER }], 'end_turn')),
  events: [
    typed({ type: 'message_start', message: message([], null) }),
    typed({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
    ...WORDS.slice(0, 45).map((text) =>
      typed({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } }),
    ),
    typed({ type: 'content_block_stop', index: 0 }),
    typed({
      type: 'message_delta',
      delta: { stop_reason: 'end_turn', stop_sequence: null },
      usage: { output_tokens: 150 },
    }),
    typed({ type: 'message_stop' }),
  ],
}

export const SPOKEN: readonly Spoken[] = [chat, completions, embeddings, messages]
