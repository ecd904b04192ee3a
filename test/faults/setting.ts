import { type Answer, document, post, type TestGate } from '../gate.ts'

export const KEY = 'sk-upstream-key-0123456789'

/** A gate before an upstream on this port, as one of each protocol. */
export function documents(port: number, timeouts: object): string {
  const one = (name: string, protocol: string, models: string) =>
    document('Upstream', name, {
      protocol,
      baseUrl: `http://127.0.0.1:${port}/v1`,
      key: { env: 'UPSTREAM_KEY' },
      models: [{ name: models }],
      timeouts,
    })
  return (
    one('chat', 'openai', 'gpt') +
    one('messages', 'anthropic', 'claude') +
    document('Boundary', 'all', {
      upstreams: [{ name: 'chat' }, { name: 'messages' }],
      retries: { attempts: 0 },
    })
  )
}

export interface Way {
  protocol: 'chat' | 'messages'
  stream: boolean
}

/** The ways in which each fault is met. */
export const WAYS: readonly Way[] = (['chat', 'messages'] as const).flatMap((protocol) =>
  [false, true].map((stream) => ({ protocol, stream })),
)

export function ask(gate: TestGate, { protocol, stream }: Way): Promise<Answer> {
  const messages = [{ role: 'user', content: 'Hi' }]
  const more = stream ? { messages, stream } : { messages }
  return protocol === 'chat'
    ? post(gate, '/v1/chat/completions', { model: 'gpt', ...more })
    : post(gate, '/v1/messages', { model: 'claude', max_tokens: 9, ...more })
}
