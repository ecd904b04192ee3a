import { GateError } from '../../core/errors.ts'
import { type Document, scan } from '../../core/json/scan.ts'
import type { Origin, Span, Unit, Usage } from '../../core/types.ts'
import type { AnswerReader, ReadRequest } from '../types.ts'
import type { Shape } from './shape.ts'
import { eventReader, type ServerEvent } from './sse.ts'
import { type Findings, walker } from './walk.ts'

/** Reads a request's body by its shape. What is known to be nobody's else is the user's. */
export function readRequest(text: string, shape: Shape): ReadRequest {
  const found = walker(shape, { origin: 'user' }).read(scan(text))
  const { model, stream } = found.captured
  return {
    unit: {
      text,
      lanes: 'all',
      opens: found.opens,
      writes: found.writes,
      ends: found.opens.map((part) => part.id),
      splices: [],
    },
    model: model?.value,
    modelSpan: model?.span,
    stream: stream?.value === 'true',
  }
}

/** Reads answers by the shapes of a body and of a stream's events. */
export function answerReader(
  shapes: { body: Shape; event: Shape; done: string },
  { withoutRepeats }: { withoutRepeats: boolean },
): AnswerReader {
  const origin: Origin = 'model'
  const bodies = walker(shapes.body, { origin })
  const deltas = walker(shapes.event, { origin })
  const events = eventReader()
  const opened = new Set<number>()
  let usage: Usage | undefined
  let complete = false

  function note(found: Findings): void {
    const { inputTokens, outputTokens } = found.captured
    if (inputTokens !== undefined) usage = { ...usage, inputTokens: Number(inputTokens.value) }
    if (outputTokens !== undefined) usage = { ...usage, outputTokens: Number(outputTokens.value) }
  }

  function unit(text: string, found: Findings, place: (at: number) => number): Unit {
    note(found)
    complete ||= found.finished
    for (const part of found.opens) opened.add(part.id)
    const move = ([start, end]: Span): Span => [place(start), place(end)]
    for (const write of found.writes) {
      found.lanes.add(write.part)
      write.literal = move(write.literal)
    }
    return {
      text,
      // What stands beside all choices (usage, an error) comes after them; what only names one waits for nothing.
      lanes: !found.scoped ? 'all' : found.lanes.size === 0 ? 'none' : [...found.lanes],
      opens: found.opens,
      writes: found.writes,
      ends: found.ends,
      splices: withoutRepeats ? found.repeats.map((span) => ({ span: move(span), text: 'null' })) : [],
    }
  }

  function read(text: string): Document {
    try {
      return scan(text, { surrogates: 'allow' })
    } catch (cause) {
      throw new GateError('upstream.invalid', { cause })
    }
  }

  function walk(reader: typeof bodies, document: Document): Findings {
    try {
      return reader.read(document)
    } catch (cause) {
      throw new GateError('upstream.invalid', { cause })
    }
  }

  function event({ text, data }: ServerEvent): Unit {
    const bare = { text, opens: [], writes: [], ends: [], splices: [] }
    const first = data[0]
    if (first === undefined) return { ...bare, lanes: 'none' }
    const json = data.map(([start, end]) => text.slice(start, end)).join('\n')
    if (json === '') return { ...bare, lanes: 'none' }
    if (json === shapes.done) complete = true
    if (json === shapes.done) return { ...bare, lanes: 'all', ends: [...opened] }
    const place = data.length === 1 ? (at: number) => at + first[0] : acrossLines(data)
    return unit(text, walk(deltas, read(json)), place)
  }

  return {
    push: (bytes) => events.push(bytes).map(event),
    end: () => events.end().map(event),
    body(text) {
      const found = walk(bodies, read(text))
      return { ...unit(text, found, (at) => at), lanes: 'all', ends: found.opens.map((part) => part.id) }
    },
    usage: () => usage,
    complete: () => complete,
  }
}

/** Where a character of data lines joined by line feeds stands in the event. */
function acrossLines(data: ServerEvent['data']): (at: number) => number {
  return (at) => {
    let left = at
    for (const [start, end] of data) {
      if (left <= end - start) return start + left
      left -= end - start + 1
    }
    return at
  }
}
