import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { call, document, onStop, startGate, startModel, stopAll, type TestGate, until } from '../gate.ts'
import { sse } from '../mock-upstream.ts'
import { type Collector, type ReceivedSpan, startCollector } from '../otlp.ts'
import { delta, says } from './chat.ts'

const CHAT = '/v1/chat/completions'
const PARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
const [, PARENT_TRACE, PARENT_SPAN] = PARENT.split('-')

let model: Awaited<ReturnType<typeof startModel>>
let collector: Collector
const logged: string[] = []

beforeAll(async () => {
  const spy = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    logged.push(String(text))
    return true
  })
  onStop(async () => spy.mockRestore())
  model = await startModel()
  collector = await startCollector()
  onStop(() => collector.close())
})
afterAll(stopAll)
beforeEach(() => {
  collector.spans.length = 0
  collector.posts.length = 0
  collector.status = 200
  logged.length = 0
})

const documents = () =>
  document('Upstream', 'model', { protocol: 'openai', baseUrl: model.url, models: [{ name: '*' }] }) +
  document('Boundary', 'support', {
    upstreams: [{ name: 'model' }],
    input: [
      { use: 'pii', with: { mask: 'token' } },
      { use: 'keywords', with: { words: ['forbidden'] } },
    ],
    output: [{ use: 'pii' }],
  })
const started = (env: Record<string, string> = {}) =>
  startGate({
    documents: documents(),
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_BSP_SCHEDULE_DELAY: '20', ...env },
  })
const ask = (gate: TestGate, content: string, more: object = {}, headers: Record<string, string> = {}) =>
  call(gate.url + CHAT, {
    headers: { authorization: `Bearer ${gate.key}`, ...headers },
    body: JSON.stringify({ model: 'm-1', messages: [{ role: 'user', content }], ...more }),
  })

/** The spans of a trace by name, once its call is among them. */
async function arrived(trace?: string): Promise<Record<string, ReceivedSpan>> {
  const of = () => collector.spans.filter((span) => trace === undefined || span.trace === trace)
  await until(() => of().some(({ kind }) => kind === 2))
  return Object.fromEntries(of().map((span) => [span.name, span]))
}
const lost = async (gate: TestGate) =>
  Number(/^sallyport_spans_lost_total (\d+)$/m.exec((await call(`${gate.admin}/metrics`)).text)?.[1])

describe.each(['http/protobuf', 'http/json'])('%s', (protocol) => {
  test('a call is one trace: the caller’s goes on through its stages to the model', async () => {
    const gate = await started({ OTEL_EXPORTER_OTLP_PROTOCOL: protocol })
    model.reply = {
      chunks: sse(delta(0, { content: 'to bo@example.com' }), {
        id: 'c',
        object: 'chat.completion.chunk',
        created: 1,
        model: 'm',
        choices: [],
        usage: { prompt_tokens: 7, completion_tokens: 5, total_tokens: 12 },
      }),
    }
    const answer = await ask(
      gate,
      'canary for ada@example.com',
      { stream: true, stream_options: { include_usage: true } },
      { traceparent: PARENT, tracestate: 'vendor=1' },
    )
    expect(answer.status).toBe(200)
    const spans = await arrived(PARENT_TRACE)
    expect(Object.keys(spans).sort()).toEqual([
      'POST /v1/chat/completions',
      'answer',
      'chat m-1',
      'inspect request',
      'upstream',
    ])
    const root = spans['POST /v1/chat/completions']!
    const attempt = spans['chat m-1']!
    expect(root).toMatchObject({ parent: PARENT_SPAN, kind: 2, status: 0, events: [] })
    for (const name of ['inspect request', 'upstream', 'answer'])
      expect(spans[name]).toMatchObject({ parent: root.span, kind: 1, status: 0 })
    expect(attempt).toMatchObject({ parent: spans.upstream!.span, kind: 3, status: 0 })
    for (const span of Object.values(spans)) {
      expect(span.start).toBeGreaterThanOrEqual(root.start)
      expect(span.end).toBeGreaterThanOrEqual(span.start)
      expect(span.end).toBeLessThanOrEqual(root.end)
    }
    expect(spans['inspect request']!.end).toBeLessThanOrEqual(attempt.start)
    expect(Math.abs(Number(root.end / 1_000_000n) - Date.now())).toBeLessThan(30_000)

    expect(model.requests[0]!.headers).toMatchObject({
      traceparent: `00-${PARENT_TRACE}-${attempt.span}-01`,
      tracestate: 'vendor=1',
    })
    expect(root.attributes).toMatchObject({
      'http.request.method': 'POST',
      'http.route': CHAT,
      'http.response.status_code': 200,
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': 'm-1',
      'gen_ai.request.stream': true,
      'sallyport.boundary': 'support',
      'sallyport.tenant': 'acme',
      'sallyport.verdict': 'transform',
      'sallyport.ended': 'complete',
      'sallyport.findings': 2,
      'sallyport.exchange': answer.headers['x-sallyport-exchange'],
    })
    expect(root.attributes).not.toHaveProperty('gen_ai.usage.input_tokens')
    expect(attempt.attributes).toMatchObject({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.system': 'openai',
      'gen_ai.request.model': 'm-1',
      'gen_ai.usage.input_tokens': 7,
      'gen_ai.usage.output_tokens': 5,
      'sallyport.upstream': 'model',
    })
    expect(spans['inspect request']!.attributes['sallyport.guard.input.pii']).toEqual(expect.any(Number))
    expect(spans['inspect request']!.events).toEqual([
      {
        name: 'sallyport.finding',
        attributes: {
          'sallyport.finding.code': 'pii.email',
          'sallyport.finding.guard': 'pii',
          'sallyport.finding.stage': 'input',
          'sallyport.finding.action': 'transform',
        },
      },
    ])
    expect(spans.answer!.events).toHaveLength(1)
    const sent = collector.posts.map(({ body }) => body.toString('latin1')).join('')
    for (const secret of ['canary', 'example.com', gate.key, 'messages[0]'])
      expect({ secret, sent: sent.includes(secret) }).toEqual({ secret, sent: false })
    const [record] = await gate.records(1)
    expect(record!.trace).toEqual({ id: PARENT_TRACE, span: root.span, parent: PARENT_SPAN, sampled: true })
  })
})

test('a call of nobody’s trace begins one, named as the exchange is, and takes along no state of another', async () => {
  const gate = await started()
  model.reply = says(false, { text: ['fine'] })
  const { headers } = await ask(gate, 'Hello', {}, { traceparent: `${PARENT}-x`, tracestate: 'vendor=1' })
  const spans = await arrived()
  const id = String(headers['x-sallyport-exchange']).slice('ex_'.length)
  expect(spans['POST /v1/chat/completions']).toMatchObject({ trace: id, parent: '' })
  expect(model.requests[0]!.headers.traceparent).toBe(`00-${id}-${spans['chat m-1']!.span}-01`)
  expect(model.requests[0]!.headers).not.toHaveProperty('tracestate')
})

test('a blocked call shows what blocked it, and is no error of the gate', async () => {
  const gate = await started()
  expect((await ask(gate, 'a forbidden thing')).status).toBe(403)
  const spans = await arrived()
  expect(Object.keys(spans).sort()).toEqual(['POST /v1/chat/completions', 'inspect request'])
  expect(spans['POST /v1/chat/completions']).toMatchObject({
    status: 0,
    attributes: {
      'http.response.status_code': 403,
      'sallyport.code': 'keywords.words',
      'sallyport.verdict': 'block',
    },
  })
  expect(spans['inspect request']!.events[0]!.attributes['sallyport.finding.action']).toBe('block')
})

test('a model that fails is an error of the try and of the call', async () => {
  const gate = await started()
  model.reply = { status: 500, json: { error: { message: 'canary' } } }
  expect((await ask(gate, 'Hello')).status).toBe(502)
  const spans = await arrived()
  for (const name of ['POST /v1/chat/completions', 'chat m-1'])
    expect(spans[name]).toMatchObject({ status: 2, attributes: { 'error.type': 'upstream.unavailable' } })
})

test('each try has a span, and its model is told of that one', async () => {
  const spare = await startModel()
  spare.reply = says(false, { text: ['fine'] })
  model.reply = { status: 503, json: {} }
  const upstream = (name: string, baseUrl: string) =>
    document('Upstream', name, { protocol: 'openai', baseUrl, models: [{ name: '*' }] })
  const gate = await startGate({
    documents:
      upstream('first', model.url) +
      upstream('spare', spare.url) +
      document('Boundary', 'support', { upstreams: [{ name: 'first' }, { name: 'spare', order: 2 }] }),
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_BSP_SCHEDULE_DELAY: '20' },
  })
  expect((await ask(gate, 'Hello')).status).toBe(200)
  const spans = await arrived()
  const tries = collector.spans.filter(({ name }) => name === 'chat m-1')
  expect(
    tries.map(({ status, attributes }) => [
      status,
      attributes['sallyport.upstream'],
      attributes['http.response.status_code'],
      attributes['http.request.resend_count'],
    ]),
  ).toEqual([
    [2, 'first', 503, undefined],
    [0, 'spare', 200, 1],
  ])
  const told = [model, spare].map(({ requests }) => requests[0]!.headers.traceparent)
  expect(told).toEqual(tries.map(({ trace, span }) => `00-${trace}-${span}-01`))
  for (const { parent } of tries) expect(parent).toBe(spans.upstream!.span)
  expect(spans['POST /v1/chat/completions']).toMatchObject({ status: 0 })
})

test('what is refused before a boundary is chosen leaves a span without what the caller wrote', async () => {
  const gate = await started()
  await call(`${gate.url}/canary/secret?canary=1`, { method: 'PROPFIND' })
  await ask(gate, 'Hello', { model: 'canary-model' }, { authorization: 'Bearer canary' })
  await until(() => collector.spans.length === 2)
  expect(collector.spans.map(({ name }) => name)).toEqual(['HTTP', 'POST /v1/chat/completions'])
  expect(collector.spans[0]!.attributes['http.request.method']).toBe('_OTHER')
  for (const { body } of collector.posts) expect(body.toString('latin1')).not.toContain('canary')
})

test('/v1/inspect is a call with findings', async () => {
  const gate = await started()
  await call(`${gate.url}/v1/inspect`, {
    headers: { authorization: `Bearer ${gate.key}` },
    body: JSON.stringify({
      boundary: 'support',
      stage: 'input',
      parts: [{ path: 'a', origin: 'user', text: 'ada@example.com' }],
    }),
  })
  const spans = await arrived()
  expect(spans['POST /v1/inspect']!.events).toHaveLength(1)
  expect(spans['POST /v1/inspect']!.attributes).toHaveProperty(['sallyport.guard.input.pii'])
})

describe('sampling', () => {
  const traced = async (env: Record<string, string>, parent?: string) => {
    const gate = await started(env)
    model.reply = says(false, { text: ['fine'] })
    await ask(gate, 'Hello', {}, parent === undefined ? {} : { traceparent: parent })
    await gate.stop()
    return { spans: collector.spans.length, told: String(model.requests[0]!.headers.traceparent) }
  }
  test('what the caller does not sample is not sent, and the model is told so', async () => {
    const { spans, told } = await traced({}, PARENT.replace(/01$/, '00'))
    expect(spans).toBe(0)
    expect(told).toMatch(new RegExp(`^00-${PARENT_TRACE}-(?!${PARENT_SPAN})[0-9a-f]{16}-00$`))
  })
  test('always_off and a ratio of 0 send nothing', async () => {
    expect((await traced({ OTEL_TRACES_SAMPLER: 'always_off' }, PARENT)).spans).toBe(0)
    const { spans, told } = await traced({
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0',
    })
    expect(spans).toBe(0)
    expect(told).toMatch(/-00$/)
  })
  test('always_on does not ask the caller', async () => {
    expect((await traced({ OTEL_TRACES_SAMPLER: 'always_on' }, PARENT.replace(/01$/, '00'))).spans).toBe(5)
  })
})

describe('without a variable that turns it on', () => {
  test.each<Record<string, string>>([
    { OTEL_EXPORTER_OTLP_ENDPOINT: '' },
    { OTEL_SDK_DISABLED: 'true' },
    { OTEL_TRACES_EXPORTER: 'none' },
  ])('%o: what the caller says of its trace passes as it came, and nothing is sent', async (env) => {
    const gate = await started(env)
    model.reply = says(false, { text: ['fine'] })
    await ask(gate, 'Hello', {}, { traceparent: PARENT, tracestate: 'vendor=1' })
    expect(model.requests[0]!.headers).toMatchObject({ traceparent: PARENT, tracestate: 'vendor=1' })
    expect((await gate.records(1))[0]).not.toHaveProperty('trace')
    await gate.stop()
    expect(collector.posts).toEqual([])
  })

  test('nothing of it is loaded', () => {
    const script = `import { start } from './dist/main.js'
      import { createRequire } from 'node:module'
      const free = { host: '127.0.0.1', port: 0 }
      const running = await start({ listen: free, admin: free, record: process.argv[1] }, JSON.parse(process.argv[2]))
      const loaded = Object.keys(createRequire(import.meta.url).cache).filter((path) => path.includes('otlp'))
      await running.stop()
      console.log(loaded.length)`
    const loaded = (env: object) =>
      Number(
        execFileSync(
          process.execPath,
          ['--input-type=module', '-e', script, '/dev/null', JSON.stringify(env)],
          { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
        ),
      )
    expect(loaded({})).toBe(0)
    expect(loaded({ OTEL_TRACES_EXPORTER: 'otlp' })).toBeGreaterThan(5)
  })
})

test('the collector is told who sends, with the headers that the operator gave', async () => {
  const gate = await started({
    OTEL_EXPORTER_OTLP_HEADERS: 'x-api-key=a%20b,x-other=c',
    OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
    OTEL_SERVICE_NAME: 'gate-eu',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=prod,service.name=other',
    OTEL_SEMCONV_STABILITY_OPT_IN: 'http,gen_ai_latest_experimental',
  })
  model.reply = says(false, { text: ['fine'] })
  await ask(gate, 'Hello')
  const spans = await arrived()
  expect(collector.posts[0]).toMatchObject({
    path: '/v1/traces',
    headers: { 'x-api-key': 'a b', 'x-other': 'c', 'content-encoding': 'gzip' },
  })
  const attempt = spans['chat m-1']!
  expect(attempt.resource).toMatchObject({
    'service.name': 'gate-eu',
    'service.version': expect.stringMatching(/^\d/),
    'deployment.environment.name': 'prod',
  })
  expect(attempt.attributes['gen_ai.provider.name']).toBe('openai')
  expect(attempt.attributes).not.toHaveProperty(['gen_ai.system'])
})

describe('a collector that', () => {
  test('refuses costs calls nothing; what is lost is counted, and said once', async () => {
    const gate = await started()
    collector.status = 400
    model.reply = says(false, { text: ['fine'] })
    for (let i = 0; i < 5; i++) {
      expect((await ask(gate, 'Hello')).status).toBe(200)
      await until(() => collector.posts.length > i)
    }
    await until(async () => (await lost(gate)) === 25)
    expect(logged.filter((line) => line.includes('spans are lost'))).toHaveLength(1)
    collector.status = 200
    await ask(gate, 'Hello')
    await arrived()
  })

  test('never answers fills no memory and delays stopping by seconds at most', async () => {
    const gate = await started({
      OTEL_BSP_MAX_QUEUE_SIZE: '10',
      OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '5',
    })
    collector.status = 'never'
    model.reply = says(false, { text: ['fine'] })
    for (let i = 0; i < 10; i++) expect((await ask(gate, 'Hello')).status).toBe(200)
    // Five on their way and ten that wait.
    await until(async () => (await lost(gate)) === 35)
    const began = performance.now()
    await gate.stop()
    expect(performance.now() - began).toBeLessThan(15_000)
  })

  test('is not there does not keep the gate from starting, serving and stopping', async () => {
    const gate = await started({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' })
    model.reply = says(false, { text: ['fine'] })
    expect((await ask(gate, 'Hello')).status).toBe(200)
    await gate.stop()
    expect(logged.join('')).toContain('spans are lost')
  })
})

test('what waits is sent when the gate stops', async () => {
  const gate = await started({ OTEL_BSP_SCHEDULE_DELAY: '600000' })
  model.reply = says(false, { text: ['fine'] })
  for (let i = 0; i < 3; i++) await ask(gate, 'Hello')
  expect(collector.posts).toEqual([])
  await gate.stop()
  expect(collector.spans).toHaveLength(15)
})
