import type { Fields } from './fields.ts'
import type { Request } from './request.ts'

/** One call, as its protocol answers it. */
export interface Frame {
  /** The same for the same bytes; what protocols put before it stands for the kind of thing. */
  id: string
  /** As it was sent, for what a protocol repeats of it. */
  body: Fields
  request: Request
}

/** How one path reads its requests and writes what `reply` says. */
export interface Protocol {
  /** @throws Error that says what is wrong with the body. */
  parse(body: Fields): Request
  /** The body of a buffered answer. */
  whole(frame: Frame): unknown
  /** A streamed answer, framing included; without it there is only the buffered one. */
  events?(frame: Frame): Iterator<string>
  /** The body of an answer that is an error. */
  refusal(message: string): unknown
}

/** When all answers were made: the same request gets the same answer. */
export const CREATED = 1_700_000_000

/** OpenAI's error body. */
export function openaiRefusal(message: string) {
  return { error: { message, type: 'invalid_request_error', param: null, code: null } }
}

/** Events that have no name, and the mark at their end. */
export function* unnamedEvents(events: Iterable<unknown>): Generator<string> {
  for (const event of events) yield `data: ${JSON.stringify(event)}\n\n`
  yield 'data: [DONE]\n\n'
}

/** Events whose name stands in them, too. */
export function* namedEvents(events: Iterable<{ type: string }>): Generator<string> {
  for (const event of events) yield `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`
}

/** One of each in turn, as choices come that are streamed side by side. */
export function* inTurns<Item>(choices: Iterator<Item>[]): Generator<Item> {
  let going = choices
  while (going.length > 0) {
    const goOn: Iterator<Item>[] = []
    for (const choice of going) {
      const { value, done } = choice.next()
      if (done === true) continue
      goOn.push(choice)
      yield value
    }
    going = goOn
  }
}
