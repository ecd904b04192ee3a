import { consumer, document, startGate, startModel, type TestGate } from '../gate.ts'
import type { Reply } from '../mock-upstream.ts'

export const PROVIDER_KEY = 'sk-ant-provider-0123456789'
export const expired = consumer('late', {}, '2020-01-01T00:00:00Z')

export interface Setting {
  /** What each test has the provider say, where it is not the built-in model that speaks. */
  model: Awaited<ReturnType<typeof startModel>>
  gate: TestGate
}

/** A gate before the built-in model, Anthropic's API and OpenAI's, with rules at every stage. */
export async function startSetting(): Promise<Setting> {
  const model = await startModel()
  const upstream = (name: string, protocol: string, baseUrl: string, models: string) =>
    document('Upstream', name, {
      protocol,
      baseUrl,
      key: { env: 'PROVIDER_KEY' },
      models: [{ name: models }],
    })
  const gate = await startGate({
    documents: [
      document('Upstream', 'loopback', { protocol: 'loopback', models: [{ name: 'loopback' }] }),
      upstream('claude', 'anthropic', model.url, '*'),
      upstream('closed', 'anthropic', 'http://127.0.0.1:1/v1', 'closed'),
      upstream('openai', 'openai', model.url, 'gpt'),
      document('Boundary', 'all', {
        // Here it is the SDK that tries again.
        retries: { attempts: 0 },
        upstreams: [{ name: 'loopback' }, { name: 'claude' }, { name: 'closed' }, { name: 'openai' }],
        input: [
          { use: 'length', with: { maxCharacters: 2000 } },
          { use: 'keywords', with: { words: ['open sesame'] } },
          { use: 'pii', with: { mask: 'token' } },
        ],
        context: [
          { use: 'keywords', with: { words: ['open sesame'] } },
          { use: 'content', with: { allow: ['web_search'] } },
        ],
        output: [{ use: 'keywords', with: { words: ['the vault is'] } }, { use: 'pii' }],
        tool: [{ use: 'pii' }],
      }),
      expired.document,
    ].join(''),
    env: { PROVIDER_KEY },
  })
  return { model, gate }
}

/** A message of Anthropic's: thinking, if any, then one text, which cites, if so. */
export function message(pieces: readonly string[], thinking?: readonly string[], citation?: object): object {
  return {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-1',
    content: [
      ...(thinking === undefined
        ? []
        : [{ type: 'thinking', thinking: thinking.join(''), signature: 'QUJD' }]),
      { type: 'text', text: pieces.join(''), citations: citation === undefined ? null : [citation] },
    ],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: 7, output_tokens: 5 },
  }
}

export const named = (event: { type: string }): string =>
  `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`

/** The same as a body or as a stream of one event a piece. */
export function claude(
  stream: boolean,
  pieces: readonly string[],
  thinking?: readonly string[],
  citation?: object,
): Reply & { chunks?: string[] } {
  const whole = message(pieces, thinking, citation) as { content: object[] }
  if (!stream) return { json: whole }
  const block = (index: number, begin: object, deltas: readonly object[]) => [
    { type: 'content_block_start', index, content_block: begin },
    ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
    { type: 'content_block_stop', index },
  ]
  const thought = (thinking ?? []).map((each) => ({ type: 'thinking_delta', thinking: each }))
  const texts = pieces.map((text) => ({ type: 'text_delta', text }))
  const cites = citation === undefined ? [] : [{ type: 'citations_delta', citation }]
  const events = [
    { type: 'message_start', message: { ...whole, content: [], stop_reason: null } },
    ...(thinking === undefined
      ? []
      : block(0, { type: 'thinking', thinking: '', signature: '' }, [
          ...thought,
          { type: 'signature_delta', signature: 'QUJD' },
        ])),
    ...block(thinking === undefined ? 0 : 1, { type: 'text', text: '', citations: [] }, [...texts, ...cites]),
    {
      type: 'message_delta',
      delta: { stop_reason: 'end_turn', stop_sequence: null },
      usage: { output_tokens: 5 },
    },
    { type: 'message_stop' },
  ]
  return { chunks: events.map(named) }
}
