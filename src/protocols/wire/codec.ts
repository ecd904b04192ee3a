import { GateError } from '../../core/errors.ts'
import { countBefore } from '../../core/fifo.ts'
import { type Document, literal, scan } from '../../core/json/scan.ts'
import type { Origin, Span, Unit, Usage, Write } from '../../core/types.ts'
import type { AnswerOptions, AnswerReader, ReadRequest } from '../types.ts'
import { type Slot, type Template, template, textIn } from './alike.ts'
import { hasKey } from './nodes.ts'
import type { Findings } from './place.ts'
import type { Shape } from './shape.ts'
import { eventReader, type ServerEvent } from './sse.ts'
import { Walker } from './walk.ts'

/** Of a request. More would take longer to read than others can wait; providers' own limits are far lower. */
const MAX_VALUES = 524_288

/** Reads a request's body by its shape. What is known to be nobody's else is the user's. */
export function readRequest(text: string, shape: Shape): ReadRequest {
  const document = scan(text, { values: MAX_VALUES })
  const found = new Walker(shape, { origin: 'user' }).read(document)
  const { model, stream, schema } = found.captured
  const maxOutput = askedOutput(found.captured)
  return {
    unit: {
      text,
      lanes: 'all',
      opens: found.opens,
      writes: found.writes,
      ends: found.opens.map((part) => part.id),
      splices: [],
      ...(schema && { schema: schema.value }),
    },
    model: model?.value,
    modelSpan: model?.span,
    namesModel: model !== undefined || hasKey(document, 'model'),
    stream: stream?.value === 'true',
    ...(maxOutput !== undefined && { maxOutput }),
  }
}

function askedOutput({
  maxTokens,
  maxOutputTokens,
  choices,
  bestOf,
}: Findings['captured']): number | undefined {
  const texts = Math.max(1, Number(choices?.value ?? 1), Number(bestOf?.value ?? 1))
  const most = Math.max(Number(maxTokens?.value ?? 0), Number(maxOutputTokens?.value ?? 0)) * texts
  // To some servers 0 and less mean all that there is.
  return most > 0 && Number.isFinite(most) ? most : undefined
}

/** Reads answers by the shapes of a body and of a stream's events. */
export function answerReader(
  shapes: {
    body: Shape
    event: Shape
    /** What the last event's data says that is no JSON. */
    done?: string
    /** Events keep their order whatever they are about: they are numbered, or say what begins and ends. */
    ordered?: true
  },
  { withoutRepeats = false, withoutCitations = false, withoutMark }: AnswerOptions,
): AnswerReader {
  const origin: Origin = 'model'
  const deltas = lazily(() => new Walker(shapes.event, { origin, keysApart: true }))
  const events = lazily(eventReader)
  const opened = new Set<number>()
  const kept = new Set<number>()
  /** Parts that say what the request's system prompt said. */
  const repeating = new Set<number>()
  /** The last event that did no more than add a text. */
  let last: { template: Template; unit: Unit; write: Write; kept: boolean } | undefined
  let usage: Usage | undefined
  const cached = { read: 0, write: 0 }
  let complete = false
  /** What an event was that could not be read. */
  let failed: unknown

  function note(found: Findings): void {
    const { inputTokens, outputTokens, cachedTokens, cacheReadTokens, cacheWriteTokens } = found.captured
    if (inputTokens === undefined && outputTokens === undefined) return
    usage ??= {}
    // Later counts may leave out what did not change.
    if (cacheReadTokens !== undefined) cached.read = Number(cacheReadTokens.value)
    if (cacheWriteTokens !== undefined) cached.write = Number(cacheWriteTokens.value)
    const before = Number(cachedTokens?.value ?? cacheReadTokens?.value ?? 0)
    if (before > 0) usage.cachedTokens = before
    if (inputTokens !== undefined) usage.inputTokens = Number(inputTokens.value) + cached.read + cached.write
    if (outputTokens !== undefined) usage.outputTokens = Number(outputTokens.value)
  }

  function unit(text: string, found: Findings, place: (at: number) => number): Unit {
    note(found)
    complete ||= found.complete
    for (const part of found.opens) {
      opened.add(part.id)
      if (part.kept) kept.add(part.id)
      if (part.origin === 'system') repeating.add(part.id)
    }
    const move = ([start, end]: Span): Span => [place(start), place(end)]
    for (const write of found.writes) write.literal = move(write.literal)
    const splices = withoutMark === undefined ? [] : unmark(text, found.writes, withoutMark)
    if (withoutRepeats)
      for (const span of found.repeats) {
        const moved = move(span)
        // Readers go through a list without asking whether it is one.
        splices.push({ span: moved, text: text.charCodeAt(moved[0]) === 0x5b ? '[]' : 'null' })
      }
    for (const { span, text } of found.withheld) splices.push({ span: move(span), text })
    if (withoutCitations)
      for (const { span, text } of found.citations) splices.push({ span: move(span), text })
    const read: Unit = {
      text,
      // What stands beside all choices (usage, an error) comes after them; what only names one waits for nothing.
      lanes: shapes.ordered || !found.scoped ? 'all' : found.lanes.length === 0 ? 'none' : found.lanes,
      opens: found.opens,
      writes: found.writes,
      ends: found.ends,
      splices,
    }
    if (found.offsets.length > 0)
      read.offsets = found.offsets.map((offset) => ({ ...offset, literal: move(offset.literal) }))
    return read
  }

  /** Takes the mark out of what guards read, and gives what takes it out of what leaves. */
  function unmark(text: string, writes: readonly Write[], mark: string): { span: Span; text: string }[] {
    const splices: { span: Span; text: string }[] = []
    const written = literal(mark)
    for (const write of writes) {
      if (write.form !== 'json' || !repeating.has(write.part) || !write.value.includes(mark)) continue
      const at = text.lastIndexOf(written, write.literal[1] - written.length)
      if (at < write.literal[0]) continue
      splices.push({ span: [at, at + written.length], text: '' })
      const last = write.value.lastIndexOf(mark)
      write.value = write.value.slice(0, last) + write.value.slice(last + mark.length)
    }
    return splices
  }

  function read(text: string): Document {
    try {
      return scan(text, { surrogates: 'allow' })
    } catch (cause) {
      throw new GateError('upstream.invalid', { cause })
    }
  }

  function walk(reader: Walker, document: Document): Findings {
    try {
      return reader.read(document)
    } catch (cause) {
      if (cause instanceof GateError && cause.code === 'upstream.unavailable') throw cause
      throw new GateError('upstream.invalid', { cause })
    }
  }

  function event({ text, data }: ServerEvent): Unit {
    const first = data[0]
    if (first === undefined) return empty(text, 'none')
    const again = data.length === 1 ? likeLast(text) : undefined
    if (again !== undefined) return again
    const json = data.map(([start, end]) => text.slice(start, end)).join('\n')
    if (json === '') return empty(text, 'none')
    if (json === shapes.done) {
      complete = true
      return { ...empty(text, 'all'), ends: [...opened] }
    }
    const found = walk(deltas(), read(json))
    if (data.length > 1) {
      // A line break that an edit carries along would end the line of data.
      for (const write of found.writes)
        if (write.form === 'value') write.value = write.value.replaceAll('\n', ' ')
      return unit(text, found, acrossLines(data))
    }
    const added = unit(text, found, (at) => at + first[0])
    remember(added, found, first[0])
    return added
  }

  function remember(unit: Unit, { captured, varying, begins }: Findings, from: number): void {
    const [write] = unit.writes
    const adds =
      write?.form === 'json' &&
      !begins &&
      unit.writes.length === 1 &&
      write.seam !== true &&
      write.copy !== true &&
      unit.offsets === undefined &&
      unit.ends.length === 0 &&
      unit.splices.length === 0 &&
      captured.inputTokens === undefined &&
      captured.outputTokens === undefined
    if (!adds) {
      // What is like an earlier event may not be read as that was, once others have said something.
      if (unit.writes.length > 0) last = undefined
      return
    }
    const slots: Slot[] = varying.map(({ span, is }) => ({ span: [span[0] + from, span[1] + from], is }))
    slots.push({ span: write.literal, is: 'text' })
    last = { template: template(unit.text, slots), unit, write, kept: kept.has(write.part) }
  }

  /** The events of a stream differ in one text, and in what counts them: all else need not be read to be the same. */
  function likeLast(text: string): Unit | undefined {
    if (last === undefined) return undefined
    const { template, unit, write, kept } = last
    const literal = textIn(text, template)
    if (literal === undefined) return undefined
    const { part, path } = write
    const value = text.slice(literal[0], literal[1])
    if (kept) deltas().hear(part, path, value)
    return {
      text,
      lanes: unit.lanes,
      opens: [],
      writes: [{ part, path, literal, value, form: 'json' }],
      ends: [],
      splices: [],
    }
  }

  /** What comes before an event that cannot be read is passed, however the bytes were cut. */
  function units(read: readonly ServerEvent[]): Unit[] {
    if (failed !== undefined) throw failed
    const units: Unit[] = []
    try {
      for (const each of read) units.push(event(each))
    } catch (error) {
      if (units.length === 0) throw error
      failed = error
    }
    return units
  }

  return {
    push: (bytes) => units(events().push(bytes)),
    end: () => units(events().end()),
    body(text) {
      const found = walk(new Walker(shapes.body, { origin, keysApart: true }), read(text))
      return { ...unit(text, found, (at) => at), lanes: 'all', ends: found.opens.map((part) => part.id) }
    },
    usage: () => usage,
    complete: () => complete,
  }
}

function empty(text: string, lanes: Unit['lanes']): Unit {
  return { text, lanes, opens: [], writes: [], ends: [], splices: [] }
}

/** An answer is a body or a stream: what the other would need is not made. */
function lazily<T>(make: () => T): () => T {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}

/** Where a character of data lines joined by line feeds stands in the event. */
function acrossLines(data: ServerEvent['data']): (at: number) => number {
  const starts: number[] = []
  let length = 0
  for (const [start, end] of data) {
    starts.push(length)
    length += end - start + 1
  }
  return (at) => {
    const line = countBefore(starts.length, (i) => starts[i]! <= at) - 1
    return data[line]![0] + at - starts[line]!
  }
}
