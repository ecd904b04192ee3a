import { document, post, startGate, startModel, type TestGate } from '../gate.ts'

/** A gate whose boundary `chat` asks Rego about each call of model `m`, and `free` about none. */
export async function regoGate(options: {
  /** The `spec` of its `Policy` documents. */
  policies?: readonly object[]
  gate?: object
  /** `with` of its `use: rego`. */
  asks?: object
  env?: Readonly<Record<string, string>>
}): Promise<
  TestGate & { ask(text?: string): Promise<{ status: number; code?: string }>; free(): Promise<number> }
> {
  const model = await startModel()
  const answer = { id: 'x', object: 'chat.completion', created: 1, model: 'm', choices: [] }
  model.reply = { json: answer }
  const { policies = [], gate = {}, asks = { package: 'acme.calls' }, env } = options
  const boundary = (name: string, models: string[], policy: object[]) =>
    document('Boundary', name, { match: { models }, upstreams: [{ name: 'up' }], policy })
  const started = await startGate({
    gate,
    ...(env !== undefined && { env }),
    documents: [
      document('Upstream', 'up', {
        protocol: 'openai',
        baseUrl: model.url,
        models: [{ name: 'm' }, { name: 'free' }],
      }),
      boundary('chat', ['m'], [{ use: 'rego', with: { deadline: '1000ms', ...asks } }]),
      boundary('free', ['free'], []),
      ...policies.map((spec, index) => document('Policy', `acme-${index}`, spec)),
    ].join(''),
  })
  const send = async (name: string, content: string) => {
    const { status, text } = await post(started, '/v1/chat/completions', {
      model: name,
      messages: [{ role: 'user', content }],
    })
    return status === 200 ? { status } : { status, code: JSON.parse(text).error.code as string }
  }
  return {
    ...started,
    ask: (text = 'hello') => send('m', text),
    free: async () => (await send('free', 'hello')).status,
  }
}

/** What `/readyz` says. */
export async function readiness(gate: TestGate) {
  return (await (await fetch(`${gate.admin}/readyz`)).json()) as {
    ready: boolean
    policy: { version: string }
    refused?: string[]
    sources?: { name: string; state: string; revision?: string; problem?: string }[]
  }
}
