import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it, vi } from 'vitest'
import { GateError } from '../src/core/errors.ts'
import type { Checks } from '../src/core/types.ts'
import { answerNow, bytes, checks, eventsOf, exchange, finds, protocolOf, rule, streamNow } from './drive.ts'
import { seeded } from './guard-law.ts'

vi.setConfig({ testTimeout: 240_000 })

// Each file of `test/sequences/openai-responses` is a stream, one event a line, of which the law must hold as it stands:
// to add a case, add a file. What `secret` stands in is edited, or blocks.

const responses = protocolOf('openai-responses')
const FOLDER = new URL('sequences/openai-responses/', import.meta.url)

type Json = { [key: string]: unknown }
interface Event extends Json {
  type: string
}
interface Answer extends Json {
  output: Json[]
}

const sequences = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.jsonl'))
  .map((name) => {
    const lines = readFileSync(new URL(name, FOLDER), 'utf8').trim().split('\n')
    return [name, lines.map((line) => JSON.parse(line) as Event)] as const
  })

const WORD = 'secret'
const PUT = '[X]'
const masks = checks([
  rule('output', 'transform', finds(WORD, { replace: PUT })),
  rule('tool', 'transform', finds(WORD, { replace: PUT })),
])
// What is repeated of a request is nobody's but whose it was.
const blocks = checks([rule('output', 'block', finds(WORD), { origins: new Set(['model']) })])
const masked = <T>(value: T): T => JSON.parse(JSON.stringify(value).replaceAll(WORD, PUT)) as T

const sse = (event: Event): string => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`
const run = (on: Checks, events: readonly Event[]) =>
  streamNow(
    exchange(on),
    events.map((event) => bytes(sse(event))),
    responses,
  )
const read = (out: string): Event[] => eventsOf(out) as Event[]
const finalOf = (events: readonly Event[]): Answer => events.at(-1)!.response as Answer
const numbered = (events: readonly Event[]): Event[] =>
  events.map((event, sequence_number) => ({ ...event, sequence_number }))

/** The text to which a piece adds, or which is said again; undefined of any other event. */
function placeOf({ type, output_index, content_index, summary_index }: Event): string | undefined {
  const said = /^response\.(.+)\.(?:delta|done)$/.exec(type)?.[1]
  if (said === undefined || !TEXTS.has(said)) return undefined
  return `${said} ${output_index} ${content_index ?? ''} ${summary_index ?? ''}`
}
const TEXTS = new Map([
  ['output_text', 'text'],
  ['refusal', 'refusal'],
  ['reasoning_text', 'text'],
  ['reasoning_summary_text', 'text'],
  ['function_call_arguments', 'arguments'],
  ['mcp_call_arguments', 'arguments'],
  ['custom_tool_call_input', 'input'],
  ['code_interpreter_call_code', 'code'],
])
const isDelta = ({ type }: Event): boolean => type.endsWith('.delta')

/** What the pieces say, by the place that they add to. */
function saidIn(events: readonly Event[]): Map<string, string> {
  const said = new Map<string, string>()
  for (const event of events) {
    const place = placeOf(event)
    if (place !== undefined && isDelta(event)) said.set(place, (said.get(place) ?? '') + event.delta)
  }
  return said
}

/** What is one text for its reader: a content's elements, or a summary's, are. */
function readIn(events: readonly Event[]): Map<string, string> {
  const read = new Map<string, string>()
  for (const [place, text] of saidIn(events)) {
    const [kind, item] = place.split(' ')
    const one = kind === 'reasoning_summary_text' || kind === 'output_text' ? `${kind} ${item}` : place
    read.set(one, (read.get(one) ?? '') + text)
  }
  return read
}

/** What annotations stand for. */
function cited(events: readonly Event[]): string[] {
  const contents = finalOf(events).output.flatMap(({ content }) => (content as Json[] | undefined) ?? [])
  return contents.flatMap(({ text, annotations }) =>
    ((annotations as Json[] | undefined) ?? []).map(({ start_index, end_index, index }) =>
      [...(text as string)].slice((start_index as number) ?? 0, (end_index ?? index) as number).join(''),
    ),
  )
}

/** What every copy in a stream must agree with. */
function expectAgreement(events: readonly Event[]): void {
  const said = saidIn(events)
  const { output } = finalOf(events)
  for (const event of events) {
    const { type, output_index, content_index, summary_index, annotation_index } = event
    const item = output[output_index as number] as Json
    const content = (item?.content as Json[] | undefined)?.[content_index as number]
    const place = placeOf(event)
    if (place !== undefined && !isDelta(event))
      expect([place, event[TEXTS.get(place.split(' ')[0]!)!]]).toEqual([place, said.get(place)])
    if (type === 'response.content_part.done') expect(event.part).toEqual(content)
    if (type === 'response.reasoning_summary_part.done')
      expect(event.part).toEqual((item.summary as Json[])[summary_index as number])
    if (type === 'response.output_text.annotation.added')
      expect(event.annotation).toEqual((content!.annotations as Json[])[annotation_index as number])
    if (type === 'response.output_item.done') expect(event.item).toEqual(item)
  }
  // Nothing that was said is missing from the whole.
  const all = JSON.stringify(output)
  for (const text of said.values()) expect(all).toContain(JSON.stringify(text).slice(1, -1))
}

/** The same stream with each text cut elsewhere. */
function resplit(events: readonly Event[], cut: (text: string) => string[]): Event[] {
  const out: Event[] = []
  for (let i = 0; i < events.length; ) {
    const first = events[i]!
    const place = isDelta(first) ? placeOf(first) : undefined
    if (place === undefined) {
      out.push(first)
      i++
      continue
    }
    let text = ''
    for (; i < events.length && isDelta(events[i]!) && placeOf(events[i]!) === place; i++)
      text += events[i]!.delta
    for (const delta of cut(text)) out.push({ ...first, delta })
  }
  return numbered(out)
}

function* splits(seed: number): Generator<(text: string) => string[]> {
  yield (text) => [text]
  yield (text) => [...text]
  yield (text) => text.split('')
  const draw = seeded(seed)
  for (let i = 0; i < 12; i++)
    yield (text) => {
      const pieces: string[] = []
      for (let at = 0; at < text.length; ) {
        const end = at + 1 + draw(i % 2 === 0 ? 3 : 12)
        pieces.push(text.slice(at, end))
        at = end
      }
      return pieces
    }
}

describe.each(sequences)('law 7: %s', (name, events) => {
  it('is a stream as OpenAI sends it', () => {
    expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_, i) => i))
    expect(events[0]!.type).toBe('response.created')
    expectAgreement(events)
    expect(JSON.stringify([...saidIn(events).values()])).toContain(WORD)
  })

  it('leaves as it came where nobody objects', () => {
    const { out, block } = run(checks([]), events)
    expect(block).toBeUndefined()
    // But for what the provider says of its own failure.
    if (finalOf(events).error === null) expect(out).toBe(events.map(sse).join(''))
    else expect(out).not.toContain('org-')
  })

  it('is edited as the buffered answer is, however its texts are cut, and every copy with it', () => {
    const buffered = answerNow(exchange(masks), finalOf(events), responses)
    const expected = JSON.parse(buffered.out) as Answer
    expect(buffered.out).not.toContain(WORD)
    for (const cut of splits(events.length)) {
      const sent = resplit(events, cut)
      const { out, block, steps } = run(masks, sent)
      expect(block).toBeUndefined()
      const got = read(out)
      expect(got.map(({ type }) => type)).toEqual(sent.map(({ type }) => type))
      expect(got.map(({ sequence_number }) => sequence_number)).toEqual(sent.map((_, i) => i))
      expect(finalOf(got)).toEqual(expected)
      expectAgreement(got)
      expect([...readIn(got)]).toEqual(masked([...readIn(sent)]))
      expect(cited(got)).toEqual(masked(cited(sent)))
      // Nothing that has left depends on what comes after: each text could end here.
      let left = ''
      for (const [i, step] of steps.entries()) {
        left += step
        const until = readIn(sent.slice(0, i + 1))
        for (const [place, text] of readIn(read(left)))
          expect([i, place, masked(until.get(place)!).startsWith(text)]).toEqual([i, place, true])
      }
      // What a copy repeats is not judged again, and what nobody edits is not rewritten.
      for (const [i, event] of got.entries())
        if (JSON.stringify(event) === JSON.stringify(sent[i])) expect(out).toContain(sse(sent[i]!))
    }
  })

  it('ends before what blocks, with an error that nobody can miss', () => {
    const error = new GateError('keywords.words')
    const whole = readIn(events)
    for (const cut of splits(events.length + 1)) {
      const { out, block } = run(blocks, resplit(events, cut))
      expect(block?.code).toBe('test.word')
      const got = read(out)
      expect(JSON.stringify(got.filter(({ type }) => !ECHOES.has(type)))).not.toContain(WORD)
      let open = true
      for (const [place, text] of whole) {
        const left = readIn(got).get(place) ?? ''
        const first = text.indexOf(WORD)
        const most = first < 0 ? text : text.slice(0, first)
        expect([place, most.startsWith(left)]).toEqual([place, true])
        // Of what comes behind a blocking span, nothing.
        if (!open) expect([place, left]).toEqual([place, ''])
        if (first >= 0) open = false
      }
      expect(got.some(({ type }) => COMPLETE.has(type))).toBe(false)
      const [last] = read(responses.error(error, 'stream')).slice(-1)
      expect(last).toMatchObject({ type: 'error', error: { code: 'keywords.words' } })
    }
    expect(answerNow(exchange(blocks), finalOf(events), responses).block?.code).toBe('test.word')
  })

  it('says the same wherever its bytes are cut', () => {
    const all = bytes(events.map(sse).join(''))
    for (const on of [masks, blocks]) {
      const whole = streamNow(exchange(on), [all], responses)
      const same = (cuts: number[]) => {
        const chunks = [0, ...cuts].map((from, k) => all.subarray(from, cuts[k] ?? all.length))
        const { out, block } = streamNow(exchange(on), chunks, responses)
        if (out !== whole.out || block?.code !== whole.block?.code)
          expect(`${name} cut at ${cuts}`).toBe('the same')
      }
      if (on === masks) for (let cut = 1; cut < all.length; cut++) same([cut])
      const draw = seeded(all.length)
      for (let i = 0; i < 200; i++)
        same(Array.from({ length: 1 + draw(8) }, () => draw(all.length)).sort((x, y) => x - y))
    }
  })
})

const COMPLETE = new Set(['response.completed', 'response.incomplete', 'response.failed'])
/** They say what the request said. */
const ECHOES = new Set(['response.created', 'response.in_progress'])
