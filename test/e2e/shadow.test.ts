import { request } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { call, document, post, startGate, startModel, stopAll, type TestGate } from '../gate.ts'
import { sse } from '../mock-upstream.ts'
import { delta, says } from './chat.ts'

// What is only tried is recorded, and nothing comes of it: nothing waits, nothing is edited, nothing is blocked.

const CHAT = '/v1/chat/completions'
const WORDS = (...words: string[]) => ({ use: 'keywords', with: { words } })
const TRIED = { enforce: 'shadow' }
const WHOLE = { use: 'json-schema', with: { schema: true } }
const REGO = { use: 'rego', with: { package: 'acme', expose: 'text' } }
const ACME = `package acme

deny contains "no gold" if {
	some part in input.answer_parts
	contains(part.text, "gold")
}

transform contains {"path": part.path, "replacement": "changed"} if {
	some part in input.answer_parts
	contains(part.text, "silver")
}

deny contains "no lead" if {
	some part in input.parts.user
	contains(part.text, "lead")
}
`
const boundary = (name: string, more: object) =>
  document('Boundary', name, { match: { models: [name] }, upstreams: [{ name: 'model' }], ...more })

let model: Awaited<ReturnType<typeof startModel>>
let gate: TestGate
let calls = 0
beforeAll(async () => {
  model = await startModel()
  gate = await startGate({
    documents: [
      document('Upstream', 'model', { protocol: 'openai', baseUrl: model.url }),
      boundary('whole', {
        enforce: 'shadow',
        admit: [{ use: 'rate-limit', with: { requests: '1000/day' } }],
        input: [WORDS('lead'), { use: 'pii', with: { entities: ['email'] } }],
        policy: [REGO],
        output: [
          WORDS('gold'),
          { use: 'pii', with: { entities: ['credit_card'], mask: 'label' } },
          WHOLE,
          REGO,
        ],
        tool: [WORDS('gold')],
      }),
      boundary('single', {
        input: [{ ...WORDS('lead'), ...TRIED }, WORDS('iron')],
        output: [
          { ...WORDS('gold'), ...TRIED },
          { use: 'pii', with: { entities: ['credit_card'], mask: 'label' }, ...TRIED },
          { ...WHOLE, ...TRIED },
          WORDS('iron'),
          { ...REGO, ...TRIED },
        ],
      }),
      boundary('tools', { tool: [{ ...WORDS('gold'), ...TRIED }], output: [{ ...WORDS('gold'), ...TRIED }] }),
      boundary('failing', { output: [{ ...WORDS('gold'), ...TRIED }, WHOLE] }),
      boundary('limited', { enforce: 'shadow', admit: [{ use: 'rate-limit', with: { requests: '1/day' } }] }),
      boundary('media', { enforce: 'shadow' }),
      boundary('strict', { input: [{ ...WORDS('lead'), ...TRIED }] }),
    ].join(''),
    files: { 'acme.rego': ACME },
    gate: { limits: { holdCharacters: 1024 } },
  })
})
afterAll(stopAll)
beforeEach(() => {
  calls = 0
})

const ask = (name: string, content: unknown, more: object = {}) =>
  post(gate, CHAT, { model: name, messages: [{ role: 'user', content }], ...more })

async function record() {
  calls++
  const all = await gate.records(recorded + calls)
  return all.at(-1)!
}
let recorded = 0
beforeEach(async () => {
  recorded = (await gate.records()).length
})

const told = (findings: readonly { code: string; stage: string; action: string; shadow?: true }[]) =>
  findings
    .map(({ code, stage, action, shadow }) => `${stage} ${code} ${action}${shadow ? ' tried' : ''}`)
    .sort()

const ANSWER = ['All is go', 'ld, silver and 4539 5787', ' 6362 1486']

describe.each([false, true])('stream: %s', (stream) => {
  test('a whole boundary changes no byte and says what would have been', async () => {
    model.reply = says(stream, { text: ANSWER })
    const plain = (await ask('strict', 'hello', { stream })).text
    await record()
    const answer = await ask('whole', 'lead, of ada@example.com', { stream })
    expect([answer.status, answer.text]).toEqual([200, plain])
    expect(JSON.parse(model.requests.at(-1)!.body.toString()).messages[0].content).toBe(
      'lead, of ada@example.com',
    )
    const { findings, ...rest } = await record()
    expect(told(findings)).toEqual([
      'input keywords.words block tried',
      'input pii.email transform tried',
      'output keywords.words block tried',
      'output pii.credit_card transform tried',
      'output policy.denied block tried',
      'output policy.denied block tried',
      'output policy.transformed transform tried',
      'output schema.not_json block tried',
      'policy policy.denied block tried',
    ])
    expect(rest).toMatchObject({ shadow: true, verdict: 'block', status: 200, ended: 'complete' })
    expect(rest).not.toHaveProperty('shadowVerdict')
    expect(rest).not.toHaveProperty('code')
  })

  test('a single use is tried beside those that are enforced', async () => {
    model.reply = says(stream, { text: ANSWER })
    const plain = (await ask('strict', 'hello', { stream })).text
    await record()
    const answer = await ask('single', 'lead', { stream })
    expect([answer.status, answer.text]).toEqual([200, plain])
    const { findings, ...rest } = await record()
    expect(told(findings)).toEqual([
      'input keywords.words block tried',
      'output keywords.words block tried',
      'output pii.credit_card transform tried',
      'output policy.denied block tried',
      'output policy.denied block tried',
      'output policy.transformed transform tried',
      'output schema.not_json block tried',
    ])
    expect(rest).toMatchObject({ verdict: 'allow', shadowVerdict: 'block', status: 200, ended: 'complete' })

    model.reply = says(stream, { text: ['no ir', 'on, no gold'] })
    const blocked = await ask('single', 'hello', { stream })
    expect(blocked.status).toBe(403)
    expect(JSON.parse(blocked.text).error.code).toBe('keywords.words')
    expect(await record()).toMatchObject({ verdict: 'block', ended: 'blocked', code: 'keywords.words' })
  })

  test('a guard that is enforced and fails blocks all the same', async () => {
    model.reply = says(stream, { text: ['"gold ', 'x'.repeat(900), `${'y'.repeat(900)}"`] })
    const answer = await ask('failing', 'hello', { stream })
    expect(answer.status).toBe(503)
    expect(JSON.parse(answer.text).error.code).toBe('guard.failed')
    const { verdict, findings } = await record()
    expect(verdict).toBe('block')
    expect(told(findings)).toContain('output keywords.words block tried')
  })

  test('one that is only tried and fails is only recorded', async () => {
    model.reply = says(stream, { text: ['gold ', 'x'.repeat(900), 'y'.repeat(900)] })
    for (const name of ['whole', 'single']) {
      const answer = await ask(name, 'hello', { stream })
      expect([name, answer.status]).toEqual([name, 200])
      const { findings } = await record()
      expect(told(findings)).toContain('output guard.failed block tried')
    }
  })

  test('arguments of a call wait for nobody who only tries', async () => {
    const pieces = ['{"a":"go', 'ld and ', 'x'.repeat(2000), '"}']
    model.reply = says(stream, { tool: { name: 'mail', arguments: pieces } })
    const answer = await ask('tools', 'hello', { stream })
    expect(answer.status).toBe(200)
    expect(answer.text).not.toContain('error')
    const { findings, shadowVerdict } = await record()
    expect(shadowVerdict).toBe('block')
    expect(told(findings)).toEqual(['output keywords.words block tried', 'tool keywords.words block tried'])
  })
})

test.each(['whole', 'single', 'tools'])(
  'boundary "%s" lets each event go before the next has come',
  async (name) => {
    const seen: string[] = []
    let next: () => void = () => {}
    async function* chunks() {
      for (const event of sse(
        delta(0, { role: 'assistant', content: '' }),
        delta(0, { content: 'gold is ' }),
        delta(0, { content: 'what it is not' }),
        delta(0, {}, 'stop'),
      )) {
        yield event
        // Of nothing is there an event for the caller before some text is.
        if (!event.includes('gold')) continue
        await new Promise<void>((resolve) => {
          next = resolve
        })
      }
    }
    model.reply = { headers: { 'content-type': 'text/event-stream' }, chunks: chunks() }
    await new Promise<void>((resolve, reject) => {
      const sending = request(
        `${gate.url}${CHAT}`,
        {
          method: 'POST',
          headers: { authorization: `Bearer ${gate.key}`, 'content-type': 'application/json' },
        },
        (response) => {
          response.on('data', (piece: Buffer) => {
            seen.push(piece.toString())
            if (seen.join('').includes('gold')) next()
          })
          response.on('end', resolve)
          response.on('error', reject)
        },
      )
      sending.end(
        JSON.stringify({ model: name, stream: true, messages: [{ role: 'user', content: 'hello' }] }),
      )
    })
    expect(seen.join('')).toContain('what it is not')
    expect((await record()).findings.length).toBeGreaterThan(0)
  },
)

test('limits, who calls and what a body is are never only tried', async () => {
  model.reply = says(false, { text: ['hello'] })
  expect((await ask('limited', 'hello')).status).toBe(200)
  await record()
  expect((await ask('limited', 'hello')).status).toBe(429)
  expect(await record()).toMatchObject({
    code: 'limit.requests',
    verdict: 'block',
    ended: 'blocked',
    shadow: true,
  })
  expect((await post(gate, CHAT, { model: 'whole', messages: [] }, 'sp_wrong')).status).toBe(401)
  await record()
  expect((await post(gate, CHAT, '{"model":"whole","model":"single","messages":[]}')).status).toBe(400)
  expect(await record()).toMatchObject({ ended: 'refused' })
})

test('what cannot be read passes a boundary that is only tried, and blocks where another use is', async () => {
  model.reply = says(false, { text: ['hello'] })
  const image = [{ type: 'image_url', image_url: { url: 'https://models.example/a.png' } }]
  expect((await ask('media', image)).status).toBe(200)
  expect(told((await record()).findings)).toContain('input content.uninspected block tried')
  expect((await ask('strict', image)).status).toBe(403)
})

test('a call that its model refuses was not blocked by what is only tried', async () => {
  model.reply = { status: 400, json: { error: { message: 'no', type: 'invalid_request_error' } } }
  expect((await ask('whole', 'lead')).status).toBe(400)
  expect(await record()).toMatchObject({ verdict: 'block', ended: 'refused', code: 'upstream.rejected' })
})

test('/v1/inspect and the metrics tell what was tried apart', async () => {
  const inspected = await post(gate, '/v1/inspect', {
    boundary: 'single',
    stage: 'input',
    parts: [{ path: 'a', origin: 'user', text: 'lead' }],
  })
  expect(JSON.parse(inspected.text)).toMatchObject({
    verdict: 'allow',
    findings: [{ code: 'keywords.words', action: 'block', shadow: true }],
    parts: [{ path: 'a', text: 'lead' }],
  })
  await record()
  const metrics = (await call(`${gate.admin}/metrics`)).text
  const value = (line: string) => Number(new RegExp(`^${line} (\\d+)$`, 'm').exec(metrics)?.[1] ?? 0)
  expect(
    value(
      'sallyport_shadow_findings_total{boundary="single",guard="keywords",code="keywords.words",action="block"}',
    ),
  ).toBeGreaterThan(0)
  expect(value('sallyport_shadow_exchanges_total{boundary="single",verdict="block"}')).toBeGreaterThan(0)
  expect(value('sallyport_shadow_exchanges_total{boundary="whole",verdict="block"}')).toBeGreaterThan(0)
  expect(metrics).not.toContain('sallyport_shadow_findings_total{boundary="strict"')
})
