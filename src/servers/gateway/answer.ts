import { GateError } from '../../core/errors.ts'
import type { Exchange } from '../../core/exchange.ts'
import { openSession, type Release } from '../../core/session.ts'
import type { AnswerOptions, Protocol } from '../../protocols/types.ts'
import type { UpstreamAnswer, UpstreamBody } from '../../upstreams/types.ts'
import { hear, heardAll } from './admission.ts'
import { breath, utf8InPieces } from './body.ts'
import { blocked, type Call, sendJson, write, writeHead } from './call.ts'
import { checkedAnswer, checksIn } from './checked.ts'
import { callerHeaders } from './headers.ts'
import { holding } from './holding.ts'
import { judged } from './judged.ts'
import { markOf } from './mark.ts'
import { endOfTurn } from './turn.ts'

/** The most of a buffered answer that is kept; a longer one has to be streamed. */
const MAX_BODY = 64 * 1024 * 1024
const BROKEN_OFF = new Set(['upstream.unavailable', 'upstream.timeout'])
const HEARTBEAT = 15_000
/** How often it is asked whether a heartbeat is due: a timer set anew with every event would cost more than sending it. */
const BEATS = 3
/** Characters of ASCII that Node writes together with the headers, as one text and without a buffer of their own. */
const ONE_WRITE = 4096
/** How much without content waits for the first that has some. */
const MAX_WAITING = 64 * 1024

/** Brings an upstream's answer to the caller. Throws `GateError` for what the caller is to be told instead. */
export async function passAnswer(
  call: Call,
  exchange: Exchange,
  protocol: Protocol,
  answer: UpstreamAnswer,
): Promise<void> {
  const type = String(answer.headers['content-type'] ?? '')
  const passed = callerHeaders(answer.headers)
  if (/^text\/event-stream\b/i.test(type)) return passStream(call, exchange, protocol, answer.body, passed)
  if (/^application\/(?:[\w.-]+\+)?json\b/i.test(type))
    return passBody(call, exchange, protocol, answer.body, passed)
  answer.body.destroy()
  throw new GateError('upstream.invalid')
}

async function passBody(
  call: Call,
  exchange: Exchange,
  protocol: Protocol,
  body: UpstreamBody,
  headers: Record<string, string>,
): Promise<void> {
  const bytes = await body.whole(MAX_BODY)
  await breath(bytes)
  const text = await answerText(bytes)
  call.bytes.answerIn += bytes.length
  const reader = protocol.answer(answerOptions(exchange))
  const unit = reader.body(text)
  await breath(text)
  noteUsage(call, reader.usage())
  hear(call, unit)
  heardAll(call)
  let edited = await judged(exchange, 'answer', unit)
  if (checksIn(exchange, 'output', 'tool'))
    edited = await checkedAnswer(call, exchange, edited, {
      // What nobody edited was read already.
      read: (again) => [again === text ? unit : protocol.answer(answerOptions(exchange)).body(again)],
      stream: false,
    })
  const said = protocol.toCaller?.(edited, false) ?? edited
  await endOfTurn()
  // Bytes that nobody edited need not be made again, unless it is less work than to write them beside the headers.
  const short = text.length === bytes.length && text.length <= ONE_WRITE
  sendJson(call, 200, said === text && !short ? bytes : said, headers)
}

function answerOptions({ checks, verdict, canary }: Exchange): AnswerOptions {
  return {
    withoutRepeats: checks.guardsText,
    withoutCitations: verdict === 'transform' && !checks.shadow,
    ...(canary !== undefined && { withoutMark: markOf(canary) }),
  }
}

async function passStream(
  call: Call,
  exchange: Exchange,
  protocol: Protocol,
  body: UpstreamBody,
  headers: Record<string, string>,
): Promise<void> {
  const { response } = call
  const reader = protocol.answer(answerOptions(exchange))
  const session = openSession(exchange, { direction: 'answer', stream: true })
  /** What may leave once there is something to show: a block before that is still a 403. */
  let waiting = ''
  const held = holding(exchange, () => protocol.answer(answerOptions(exchange)))

  const begin = () => {
    if (response.headersSent) return
    headers['content-type'] = 'text/event-stream; charset=utf-8'
    headers['cache-control'] = 'no-cache'
    headers['x-accel-buffering'] = 'no'
    writeHead(call, 200, headers)
  }
  let quiet = 0
  const beat = setInterval(() => {
    if (++quiet < BEATS) return
    quiet = 0
    // Nobody reads as long as earlier bytes wait.
    if (response.writableLength > 0 || response.destroyed) return
    begin()
    const early = waiting
    waiting = ''
    write(call, `${early}: waiting\n\n`)
  }, HEARTBEAT / BEATS)

  /** Lets out what a step released; throws when it blocks. */
  const pass = (release: Release): Promise<void> | undefined => {
    let content = false
    for (const unit of release.units) {
      if (held.keeps(unit)) continue
      waiting += protocol.toCaller?.(unit.text, true) ?? unit.text
      content ||= unit.content
    }
    let room: Promise<void> | undefined
    if (waiting !== '' && (content || response.headersSent || waiting.length > MAX_WAITING)) {
      begin()
      quiet = 0
      room = write(call, waiting)
      waiting = ''
    }
    if (release.block !== undefined) throw blocked(release.block)
    return room
  }

  try {
    try {
      for await (const bytes of body) {
        call.bytes.answerIn += bytes.length
        for (const unit of reader.push(bytes)) {
          hear(call, unit)
          const release = session.push(unit)
          const room = pass(release instanceof Promise ? await release : release)
          if (room !== undefined) await room
        }
      }
    } catch (error) {
      // What breaks off, or stops, after it has said that it ends has nothing more to say.
      if (!(reader.complete() && BROKEN_OFF.has((error as GateError).code))) throw error
    }
    for (const unit of reader.end()) {
      hear(call, unit)
      await pass(await session.push(unit))
    }
    if (!reader.complete()) throw new GateError('upstream.unavailable')
    heardAll(call)
    await pass(await session.end())
    if (held.some()) {
      const text = await held.checked(call)
      waiting += protocol.toCaller?.(text, true) ?? text
    }
    begin()
    if (waiting !== '') write(call, waiting)
    response.end()
    await held.tried(call)
  } finally {
    noteUsage(call, reader.usage())
    clearInterval(beat)
    body.destroy()
  }
}

function noteUsage(call: Call, usage: Call['usage']): void {
  if (usage !== undefined) call.usage = usage
}

export async function answerText(bytes: Uint8Array): Promise<string> {
  try {
    return await utf8InPieces(bytes)
  } catch (cause) {
    throw new GateError('upstream.invalid', { cause })
  }
}
