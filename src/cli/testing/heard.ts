import { contentOf } from '../../core/content.ts'
import type { ContentPart } from '../../core/types.ts'
import { PROTOCOLS } from '../../protocols/index.ts'
import type { Protocol } from '../../protocols/types.ts'
import { eventReader } from '../../protocols/wire/sse.ts'
import type { Outcome } from './gate.ts'

// What those at both ends of the gate read: the caller of the answer, the model of the request.

/** What the caller read. */
export interface Heard {
  text: string
  /** What the error said, if there was one. */
  message?: string
}

export function heard(path: string, { status, streamed, answer }: Outcome): Heard {
  const protocol = PROTOCOLS.find((one) => one.path === path)
  if (protocol === undefined) return { text: '' }
  if (streamed) return heardOfStream(protocol, answer)
  if (status !== 200) return { text: '', ...told(parsed(answer)) }
  if (protocol.toCaller !== undefined) return { text: ownText(parsed(answer)) }
  return { text: textOf(contentOf([protocol.answer({}).body(answer)], true).parts()) }
}

function heardOfStream(protocol: Protocol, answer: string): Heard {
  const events = eventReader()
  const reader = protocol.answer({})
  const units = []
  let own = ''
  let error: Pick<Heard, 'message'> = {}
  for (const { text, data } of [...events.push(Buffer.from(answer)), ...events.end()]) {
    const said = parsed(data.map(([start, end]) => text.slice(start, end)).join('\n'))
    const failure = told(said)
    if (failure.message !== undefined) error = failure
    else if (protocol.toCaller !== undefined) own += ownText(said)
    else units.push(...reader.push(Buffer.from(text)))
  }
  return { text: own + textOf(contentOf(units, false).parts()), ...error }
}

const textOf = (parts: readonly ContentPart[]): string =>
  parts
    .filter(({ kind, origin }) => kind === 'text' && origin === 'model')
    .map(({ text }) => text)
    .join('\n')

/** `/v1/generate` has a form of its own. */
function ownText(body: unknown): string {
  const text = field(body, 'text')
  return typeof text === 'string' ? text : ''
}

/** All protocols word an error alike, in a body and in an event. */
function told(body: unknown): Pick<Heard, 'message'> {
  const message = field(field(body, 'error'), 'message')
  return typeof message === 'string' ? { message } : {}
}

/** What a model was sent: its body, and the last text of somebody who asks, or of a document or tool. */
export function read({ path, body }: NonNullable<Outcome['sent']>): { body: unknown; last: string } {
  const protocol = PROTOCOLS.find((one) => one.upstreamPath === path)!
  const parts = contentOf([protocol.request(body).unit], true).parts()
  const asked = parts.filter(({ origin, path }) => ASKS.has(origin) && CONTENT.test(path))
  return { body: parsed(body), last: asked.at(-1)?.text ?? '' }
}

const ASKS: ReadonlySet<string> = new Set(['user', 'retrieved', 'tool'])
const CONTENT = /^\/?(?:messages|input|prompt)\b/

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
}
