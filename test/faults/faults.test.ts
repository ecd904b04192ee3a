import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { CODES } from '../../src/core/codes.ts'
import type { ExchangeRecord } from '../../src/core/record.ts'
import { type Answer, onStop, startGate, stopAll, type TestGate, until } from '../gate.ts'
import { FAULTS, type Outcome, TIMEOUTS } from './faults.ts'
import { type FaultyServer, startFaulty, TEXT } from './server.ts'
import { ask, documents, KEY, WAYS, type Way } from './setting.ts'

/** Longer than every limit of these gates together; only what hangs takes so long. */
const HANGS = 20_000

let upstream: FaultyServer
let gate: TestGate

beforeAll(async () => {
  upstream = await startFaulty()
  onStop(() => upstream.close())
  gate = await startGate({ documents: documents(upstream.port, TIMEOUTS), env: { UPSTREAM_KEY: KEY } })
})
afterEach(() => upstream.drop())
afterAll(stopAll)

/** What the caller was told, read as its protocol's clients read it. */
function outcome({ protocol, stream }: Way, { status, headers, text }: Answer): Outcome {
  const coded = (error: { error: { code: string; message: string } }) => {
    expect(error.error.message).toBe(CODES[error.error.code]?.message)
    if (protocol === 'messages') expect(error).toMatchObject({ type: 'error' })
    return error.error.code as `upstream.${string}`
  }
  if (status !== 200) {
    const code = coded(JSON.parse(text))
    expect(status).toBe(CODES[code]?.status)
    return code
  }
  if (!stream) {
    expect(text).toContain(TEXT)
    return 'answer'
  }
  expect(headers['content-type']).toMatch(/^text\/event-stream/)
  const events = text.split('\n\n').filter((event) => event !== '')
  const datas = events.map((event) => /^data: (.*)$/m.exec(event)?.[1] ?? '')
  const last = datas.at(-1)!
  const ended = protocol === 'chat' ? '[DONE]' : '{"type":"message_stop"}'
  if (last === ended) {
    expect(text).toContain(TEXT)
    return 'answer'
  }
  expect(datas).not.toContain(ended)
  expect(text).toContain(TEXT)
  return `begun, then ${coded(JSON.parse(last))}`
}

let seen = 0
async function recordsOf(count: number): Promise<ExchangeRecord[]> {
  seen += count
  return (await gate.records(seen)).slice(-count)
}

describe.each(FAULTS.map((fault) => [fault.name, fault] as const))('an upstream that %s', (_, fault) => {
  test('is told of in each protocol, whole and streamed, in time, and holds nothing', async () => {
    upstream.serve = fault.serve
    const before = upstream.accepted
    const began = performance.now()
    const answers = await Promise.all(WAYS.map((way) => ask(gate, way)))
    expect(performance.now() - began).toBeLessThan(HANGS)
    const told = WAYS.map((way, i) => [way.protocol, way.stream, outcome(way, answers[i]!)])
    expect(told).toEqual(
      WAYS.map(({ protocol, stream }) => [protocol, stream, stream ? fault.streamed : fault.whole]),
    )

    const records = await recordsOf(WAYS.length)
    const clean = `${answers.map(({ text, headers }) => text + JSON.stringify(headers)).join()}${JSON.stringify(records)}`
    for (const secret of [KEY, String(upstream.port)]) expect(clean).not.toContain(secret)
    for (const record of records) {
      const expected = record.stream ? fault.streamed : fault.whole
      const code = /upstream\.\w+/.exec(expected)?.[0]
      const ended = endings[code ?? ''] ?? 'upstream_gone'
      expect([record.code, record.ended, record.upstream]).toEqual([
        code,
        ended,
        record.path.slice(4).split('/')[0],
      ])
      if (expected === 'answer' || expected.startsWith('begun')) {
        expect(record.status).toBe(200)
        expect(record.bytes.answerIn).toBeGreaterThan(TEXT.length)
      }
      expect(record.bytes.answerOut).toBeGreaterThan(0)
      expect(record.duration).toBeLessThan(HANGS)
    }

    // No call opens a second connection, and one that went wrong leaves none; others may serve the next call.
    expect(upstream.accepted - before).toBeLessThanOrEqual(WAYS.length)
    const reusable = WAYS.filter(({ stream }) => !GONE.test(stream ? fault.streamed : fault.whole)).length
    upstream.notice()
    await until(() => upstream.open <= reusable)
  })
})

/** After these the connection cannot serve another call. */
const GONE = /timeout|begun/

const endings: Record<string, string> = {
  '': 'complete',
  'upstream.auth': 'refused',
  'upstream.rate_limited': 'refused',
  'upstream.rejected': 'refused',
}

const PAGE = new URL('../../docs/upstreams.md', import.meta.url)

test('docs/upstreams.md has a row for each (UPDATE_DOCS=1 writes them)', () => {
  const told = (outcome: Outcome) =>
    outcome === 'answer' ? 'the answer' : outcome.replace(/upstream\.\w+/, (code) => `\`${code}\``)
  const rows = FAULTS.map(({ name, whole, streamed }) => `| ${name} | ${told(whole)} | ${told(streamed)} |`)
  const page = readFileSync(PAGE, 'utf8')
  const written = page.replace(/(^\|---\|---\|---\|\n)(?:\|.*\n)*/m, `$1${rows.join('\n')}\n`)
  if (process.env.UPDATE_DOCS === '1') writeFileSync(PAGE, written)
  else expect(page).toBe(written)
})
