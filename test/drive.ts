import type { MaybePromise } from '../src/core/after.ts'
import { type Exchange, openExchange } from '../src/core/exchange.ts'
import { openSession, type Release } from '../src/core/session.ts'
import type { Action, Checks, Finding, Guard, Hit, Rule, Stage } from '../src/core/types.ts'
import { PROTOCOLS } from '../src/protocols/index.ts'
import type { Protocol } from '../src/protocols/types.ts'
import { eventReader } from '../src/protocols/wire/sse.ts'

/** The protocol by this name. */
export const protocolOf = (name: string): Protocol => PROTOCOLS.find((each) => each.name === name)!

export const chat = protocolOf('openai-chat')

const clock = { now: () => 0, after: () => () => {} }

/** Finds `word` wherever it stands, and holds a tail that may yet become it. */
export function finds(word: string, edit?: Hit['edit']): Guard {
  return {
    scope: 'part',
    hold: word.length,
    lookbehind: 0,
    inspect(view) {
      const hits: Hit[] = []
      const { text, offset } = view
      let at = Math.max(0, view.from - offset)
      for (let next = text.indexOf(word, at); next >= 0; next = text.indexOf(word, at)) {
        at = next + word.length
        hits.push({
          code: 'test.word',
          reason: 'a word',
          score: 1,
          span: [offset + next, offset + at],
          ...(edit === undefined ? {} : { edit }),
        })
      }
      let tail = view.final ? 0 : Math.min(word.length - 1, text.length - at)
      while (tail > 0 && !word.startsWith(text.slice(text.length - tail))) tail--
      return { hits, settled: offset + text.length - tail }
    },
  }
}

export function rule(stage: Stage, action: Action, guard: Guard, rest: Partial<Rule> = {}): Rule {
  return {
    name: 'test',
    stage,
    guard,
    actions: new Map([['test.word', action]]),
    timeout: 1000,
    build: 'test',
    ...rest,
  }
}

export function checks(rules: readonly Rule[], rest: Partial<Checks> = {}): Checks {
  const byStage: Record<Stage, Rule[]> = {
    admit: [],
    input: [],
    context: [],
    policy: [],
    output: [],
    tool: [],
  }
  for (const each of rules) byStage[each.stage].push(each)
  return { rules: byStage, shadow: false, marks: [], restore: new Set(['text']), guardsText: true, ...rest }
}

export function exchange(on: Checks, rest: Partial<Parameters<typeof openExchange>[0]> = {}): Exchange {
  return openExchange({ checks: on, tenant: 't', clock, memory: undefined, holdCharacters: 65_536, ...rest })
}

/** What becomes of a request: the edited body, or the finding that blocks it. */
export async function request(
  on: Checks,
  body: unknown,
  ex: Exchange = exchange(on),
): Promise<{ sent: string; block: Finding | undefined; ex: Exchange }> {
  const session = openSession(ex, { direction: 'request', stream: false })
  await session.push(chat.request(typeof body === 'string' ? body : JSON.stringify(body)).unit)
  const { units, block } = await session.end()
  return { sent: units.map((unit) => unit.text).join(''), block, ex }
}

export interface Answered {
  out: string
  block: Finding | undefined
  /** What left with each push of bytes, and at last with the end. */
  steps: string[]
}

type Units = ReturnType<ReturnType<typeof chat.answer>['push']>

function* driven(
  ex: Exchange,
  chunks: Iterable<Uint8Array>,
  protocol: Protocol,
): Generator<MaybePromise<Release>, Answered, Release> {
  const session = openSession(ex, { direction: 'answer', stream: true })
  const reader = protocol.answer({ withoutRepeats: true })
  const steps: string[] = []
  let block: Finding | undefined
  function* pass(units: Units): Generator<MaybePromise<Release>, string, Release> {
    let step = ''
    for (const unit of units) {
      if (block !== undefined) break
      const release = yield session.push(unit)
      step += release.units.map((each) => each.text).join('')
      block = release.block
    }
    return step
  }
  for (const chunk of chunks) steps.push(yield* pass(reader.push(chunk)))
  let last = yield* pass(reader.end())
  if (block === undefined) {
    const release = yield session.end()
    last += release.units.map((each) => each.text).join('')
    block = release.block
  }
  steps.push(last)
  return { out: steps.join(''), block, steps }
}

/** Drives a streamed answer as the gateway does. */
export async function stream(
  ex: Exchange,
  chunks: Iterable<Uint8Array>,
  protocol: Protocol = chat,
): Promise<Answered> {
  const drive = driven(ex, chunks, protocol)
  let next = drive.next()
  while (next.done !== true) next = drive.next(await next.value)
  return next.value
}

/** The same where every guard answers at once, without a turn of the event loop for each delta. */
export function streamNow(ex: Exchange, chunks: Iterable<Uint8Array>, protocol: Protocol = chat): Answered {
  const drive = driven(ex, chunks, protocol)
  let next = drive.next()
  while (next.done !== true) next = drive.next(atOnce(next.value))
  return next.value
}

function atOnce(release: MaybePromise<Release>): Release {
  if (release instanceof Promise) throw new Error('a guard did not answer at once')
  return release
}

/** What becomes of a whole answer. */
export async function answer(
  ex: Exchange,
  body: unknown,
  protocol: Protocol = chat,
): Promise<{ out: string; block: Finding | undefined }> {
  const session = openSession(ex, { direction: 'answer', stream: false })
  session.push(protocol.answer({ withoutRepeats: true }).body(JSON.stringify(body)))
  const { units, block } = await session.end()
  return { out: units.map((unit) => unit.text).join(''), block }
}

/** The same where every guard answers at once. */
export function answerNow(
  ex: Exchange,
  body: unknown,
  protocol: Protocol = chat,
): { out: string; block: Finding | undefined } {
  const session = openSession(ex, { direction: 'answer', stream: false })
  session.push(protocol.answer({ withoutRepeats: true }).body(JSON.stringify(body)))
  const { units, block } = atOnce(session.end())
  return { out: units.map((unit) => unit.text).join(''), block }
}

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
export const event = (choice: object, index = 0): string =>
  `data: ${JSON.stringify({ choices: [{ index, ...choice }] })}\n\n`
export const delta = (content: string, index = 0): string => event({ delta: { content } }, index)
export const finish = (index = 0): string => event({ delta: {}, finish_reason: 'stop' }, index)
export const DONE = 'data: [DONE]\n\n'

/** The JSON of the events of a stream. */
export function eventsOf(out: string): Record<string, unknown>[] {
  const reader = eventReader()
  return [...reader.push(bytes(out)), ...reader.end()]
    .map(({ text, data }) => data.map(([start, end]) => text.slice(start, end)).join('\n'))
    .filter((json) => json.startsWith('{'))
    .map((json) => JSON.parse(json))
}

interface Choice {
  index?: number
  delta?: Record<string, unknown>
}

/** A string field of the deltas of one choice, joined. */
export function said(out: string, field = 'content', index = 0): string {
  return eventsOf(out)
    .flatMap(({ choices }) => choices as Choice[])
    .filter((choice) => choice.index === index)
    .map((choice) => (choice.delta?.[field] as string | undefined) ?? '')
    .join('')
}
