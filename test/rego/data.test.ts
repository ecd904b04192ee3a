import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { call, onStop, post, stopAll, type TestGate, until } from '../gate.ts'
import { startMock } from '../mock-upstream.ts'
import { regoGate } from './gate.ts'

afterEach(stopAll)

const RULES = `package acme.calls

allow if true
`
// Of Kong's and APISIX's own documentation: what their plugins send, and what they read of the answer.
const GATES = `# METADATA
# schemas:
#   - input: {type: object}
package gates

default allow := false

allow if input.request.method == "GET"

allow if input.request.http.method == "GET"

exact if input.n == 12345678901234567891

fails := 1 / input.zero

words := input.words
`
const EXPOSED = { expose: ['gates'], deadline: '2s' }

describe('POST /v1/data', () => {
  let gate: TestGate
  beforeEach(async () => {
    gate = await regoGate({
      policies: [{ modules: { 'calls.rego': RULES, 'gates.rego': GATES } }],
      gate: { data: EXPOSED, limits: { requestBytes: '64KiB' } },
    })
  })
  const asked = async (path: string, body: object | string) => {
    const { status, text } = await post(gate, path, body)
    return { status, ...JSON.parse(text) }
  }

  test('answers as OPA does', async () => {
    // APISIX: { input: { type, request, var } } and `result.allow`.
    const apisix = { type: 'http', request: { method: 'GET', path: '/' }, var: { server_port: '9080' } }
    expect(await asked('/v1/data/gates', { input: apisix })).toMatchObject({
      status: 200,
      result: { allow: true },
    })
    // Kong: { input: { request: { http: … } } } and a `result` that is true or false.
    const kong = { request: { http: { method: 'PUT', path: '/' } } }
    expect(await asked('/v1/data/gates/allow', { input: kong })).toMatchObject({ status: 200, result: false })

    const undefinedResult = await asked('/v1/data/gates/exact', {})
    expect(undefinedResult).toEqual({ status: 200, decision_id: expect.stringMatching(/^ex_/) })
    const [last] = (await gate.records(3)).slice(-1)
    expect(last).toMatchObject({
      exchange: undefinedResult.decision_id,
      path: '/v1/data/gates/exact',
      status: 200,
    })
    const digit = (n: string) => asked('/v1/data/gates/exact', `{"input":{"n":${n}}}`)
    expect(await digit('12345678901234567891')).toMatchObject({ result: true })
    expect(await digit('12345678901234567890')).not.toHaveProperty('result')
  })

  test('GET with its input, and pretty', async () => {
    const headers = { authorization: `Bearer ${gate.key}` }
    const input = encodeURIComponent('{"request":{"method":"GET"}}')
    const { text } = await call(`${gate.url}/v1/data/gates/allow?pretty&input=${input}`, { headers })
    expect(text).toMatch(/^\{\n {2}"decision_id": "ex_[0-9a-f]+",\n {2}"result": true\n\}$/)
  })

  test('says what is wrong as OPA does', async () => {
    const wrong = async (path: string, body: object | string) => {
      const { status, code, reason } = await asked(path, body)
      return [status, code, reason]
    }
    const missing = [404, 'resource_not_found', 'request.not_found']
    for (const path of ['acme/calls', 'gatesx', 'system', '', '%', 'gates/..%2f..%2facme', 'GATES'])
      expect(await wrong(`/v1/data/${path}`, { input: {} })).toEqual(
        path.startsWith('gates/') ? [200, undefined, undefined] : missing,
      )
    expect(await wrong('/v1/data/gates', '{"input":')).toEqual([400, 'invalid_parameter', 'body.not_json'])
    expect(await wrong('/v1/data/gates', '{"input":1,"input":2}')).toEqual([
      400,
      'invalid_parameter',
      'body.duplicate_key',
    ])
    expect(await wrong('/v1/data/gates', '[]')).toEqual([400, 'invalid_parameter', 'body.not_object'])
    expect(await wrong('/v1/data/gates', { input: 'x'.repeat(70_000) })).toEqual([
      413,
      'invalid_parameter',
      'body.too_large',
    ])
    expect(await wrong('/v1/data/gates/fails', { input: { zero: 0 } })).toEqual([
      500,
      'internal_error',
      'guard.failed',
    ])
    const { status, text } = await call(`${gate.url}/v1/data/gates`, { body: '{"input":{}}' })
    expect([status, JSON.parse(text).code]).toEqual([401, 'unauthorized'])
    const put = await call(`${gate.url}/v1/data/gates`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${gate.key}` },
    })
    expect(put.status).toBe(405)
  })
})

describe('decision logs', () => {
  const SECRET = 'the words of a caller'
  const lines = async (gate: TestGate) =>
    (await gate.recordText())
      .split('\n')
      .filter((line) => line.includes('"kind":"decision"'))
      .map((line) => JSON.parse(line))

  test('in the record, and in batches as OPA sends them', async () => {
    const server = await startMock({ json: {} })
    onStop(() => server.close())
    const gate = await regoGate({
      policies: [{ modules: { 'calls.rego': RULES, 'gates.rego': GATES } }],
      asks: { package: 'acme.calls', expose: 'text' },
      gate: {
        data: EXPOSED,
        rego: {
          decisions: {
            record: true,
            url: `${server.url}/opa`,
            every: '100ms',
            labels: { region: 'eu' },
            mask: [
              '/input/parts',
              '/input/request',
              '/input/none',
              { op: 'upsert', path: '/input/caller/subject', value: '-' },
              '/result/words',
            ],
          },
        },
      },
    })
    expect(await gate.ask(SECRET)).toEqual({ status: 200 })
    await post(gate, '/v1/data/gates', { input: { words: SECRET } })
    await gate.records(4)
    const [checked, answered] = await lines(gate)
    expect(checked).toMatchObject({
      path: 'acme/calls',
      labels: { region: 'eu', version: expect.any(String), id: expect.any(String) },
      result: { allow: true },
      requested_by: 'tester',
      erased: ['/input/parts', '/input/request'],
      masked: ['/input/caller/subject'],
      input: { stage: 'policy', caller: { subject: '-', tenant: 'acme' } },
      custom: { exchange: expect.stringMatching(/^ex_/) },
      metrics: { timer_server_handler_ns: expect.any(Number) },
    })
    expect(answered).toMatchObject({ path: 'gates', result: { allow: false }, erased: ['/result/words'] })
    expect(answered.decision_id).toBe(answered.custom.exchange)
    expect(JSON.stringify(checked)).not.toContain(SECRET)

    const sent = () =>
      server.requests.flatMap(({ body }) => JSON.parse(gunzipSync(body).toString('utf8')) as object[])
    await until(() => sent().length === 2)
    expect(sent()).toEqual([checked, answered].map(({ kind: _, ...event }) => event))
    expect(server.requests[0]).toMatchObject({
      url: '/v1/opa/logs',
      headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
    })
  })

  test('a place that takes none delays nobody; what waits is sent when the gate stops', async () => {
    let takes = false
    const server = await startMock(() => (takes ? { json: {} } : { status: 500, json: {} }))
    onStop(() => server.close())
    const gate = await regoGate({
      policies: [{ modules: { 'calls.rego': RULES } }],
      gate: { rego: { decisions: { url: server.url, every: '50ms', buffer: 3000 } } },
    })
    for (let i = 0; i < 6; i++) expect((await gate.ask()).status).toBe(200)
    await until(() => server.requests.length > 0)
    const metrics = await (await fetch(`${gate.admin}/metrics`)).text()
    const lost = Number(/^sallyport_records_lost_total (\d+)$/m.exec(metrics)?.[1])
    expect(lost).toBeGreaterThan(0)
    takes = true
    server.requests.length = 0
    await gate.stop()
    const events = server.requests.flatMap(
      ({ body }) => JSON.parse(gunzipSync(body).toString('utf8')) as object[],
    )
    expect(events.length).toBe(6 - lost)
  })

  test('none unless they are asked for', async () => {
    const gate = await regoGate({ policies: [{ modules: { 'calls.rego': RULES } }] })
    await gate.ask()
    await gate.records(1)
    expect(await lines(gate)).toEqual([])
  })
})
