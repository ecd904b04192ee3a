import { afterEach, describe, expect, test } from 'vitest'
import { bundle } from '../bundle.ts'
import { document, post, startGate, startModel, stopAll, type TestGate, until } from '../gate.ts'
import { sourceServer } from '../sources.ts'

afterEach(stopAll)

const BUNDLES = { 'content-type': 'application/vnd.openpolicyagent.bundles' }
const rules = (condition: string) => `package acme.calls

deny contains "no" if ${condition}
`
const made = (condition: string, manifest: object = { revision: 'r1', roots: ['acme'] }) =>
  bundle({ '/acme/calls.rego': rules(condition), '/.manifest': manifest })

async function gateWith(policy: object, more: object = {}, gate: object = {}): Promise<TestGate> {
  const model = await startModel()
  model.reply = { json: { id: 'x', object: 'chat.completion', created: 1, model: 'm', choices: [] } }
  return startGate({
    gate,
    documents:
      document('Upstream', 'up', {
        protocol: 'openai',
        baseUrl: `${model.url}/v1`,
        models: [{ name: 'm' }],
      }) +
      document('Boundary', 'chat', {
        match: { models: ['m'] },
        upstreams: [{ name: 'up' }],
        policy: [{ use: 'rego', with: { package: 'acme.calls' } }],
      }) +
      document('Boundary', 'free', { match: { models: ['other'] }, upstreams: [] }) +
      document('Policy' as 'Boundary', 'acme', policy) +
      (more === undefined ? '' : ''),
  })
}

const ask = async (gate: TestGate) => {
  const { status, text } = await post(gate, '/v1/chat/completions', {
    model: 'm',
    messages: [{ role: 'user', content: 'hello' }],
  })
  return { status, code: status === 200 ? undefined : JSON.parse(text).error.code }
}
const ready = async (gate: TestGate) => (await fetch(`${gate.admin}/readyz`)).json()

describe('bundles', () => {
  test('one that changes changes what passes; a bad one does not', async () => {
    const server = await sourceServer({
      body: made('input.model.name == "m"'),
      headers: { etag: '"1"', ...BUNDLES },
    })
    const gate = await gateWith({ bundle: { url: `${server.url}/b`, poll: { min: '50ms', max: '60ms' } } })
    expect(await ask(gate)).toEqual({ status: 403, code: 'policy.denied' })
    expect((await ready(gate)).sources).toEqual([{ name: 'acme/bundle', state: 'good', revision: 'r1' }])

    server.serve({
      body: made('input.model.name == "x"', { revision: 'r2', roots: ['acme'] }),
      headers: { etag: '"2"' },
    })
    await until(async () => (await ask(gate)).status === 200)
    server.serve({ body: made('input.model.name = = "m"'), headers: { etag: '"3"' } })
    await until(async () => (await ready(gate)).refused !== undefined)
    expect((await ask(gate)).status).toBe(200)
    server.serve({ body: 'no archive', headers: { etag: '"4"' } })
    await until(async () => (await ready(gate)).sources[0].state === 'old')
    expect((await ask(gate)).status).toBe(200)
  })
})
