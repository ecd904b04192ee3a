import { literal } from './json/scan.ts'
import { spliced } from './json/splice.ts'
import { type ToolCall, toolCalls } from './tool-calls.ts'
import type { Content, ContentPart, Part, Span, Unit, Write } from './types.ts'

// A body or the events of a stream as checkpoints see it, and what becomes of it when they change a text.

/**
 * @param units as they leave, edits included
 * @param body whether there is one unit, and it is a body in JSON
 * @param offered names the tools in a parsed body
 */
export function contentOf(
  units: readonly Unit[],
  body: boolean,
  offered?: (body: unknown) => readonly string[],
): Content {
  const whole = body ? units[0] : undefined
  let outline: string | undefined
  let parts: readonly ContentPart[] | undefined
  let tools: readonly string[] | undefined
  return {
    body: () => whole?.text,
    outline() {
      outline ??= whole && outlineOf(whole)
      return outline
    },
    parts() {
      // Of a request that tells of no call there are no names to be read.
      const calls = offered === undefined || units.some(({ opens }) => opens.some(isCall))
      parts ??= textsOf(units, body, calls).map(({ writes, id, ...part }) => part)
      return parts
    },
    tools() {
      tools ??= whole === undefined || offered === undefined ? [] : offered(JSON.parse(whole.text))
      return tools
    },
  }
}

/** Of a caller that asks nothing: there is a call and no content. */
export const NO_CONTENT: Content = contentOf([], false)

/** Whether a literal is the inside of a JSON string. */
function isString(text: string, [start, end]: Span): boolean {
  return text[start - 1] === '"' && text[end] === '"'
}

/** The body with the length of each text in its place; a key that is text becomes its number and length. */
function outlineOf({ text, writes }: Unit): string {
  let out = ''
  let at = 0
  let keys = 0
  for (const { literal: span, value, key } of writes.toSorted((a, b) => a.literal[0] - b.literal[0])) {
    if (span[0] < at) continue
    if (key === true) {
      out += `${text.slice(at, span[0])}${keys++}:${value.length}`
      at = span[1]
      continue
    }
    const quotes = isString(text, span) ? 1 : 0
    out += text.slice(at, span[0] - quotes) + value.length
    at = span[1] + quotes
  }
  return out + text.slice(at)
}

/** A text that can be changed as one: what stands at a path; of a stream, what a part says there in all events. */
interface Text extends ContentPart {
  /** Undefined where a tool is called and nothing said: it has no `writes`. */
  id?: number
  writes: { write: Write; unit: number }[]
}

const isCall = ({ kind }: Pick<Part, 'kind'>): boolean => kind === 'tool_call'

/** @param calls whether tools may be called there */
function textsOf(units: readonly Unit[], body: boolean, calls = true): Text[] {
  const parts = new Map<number, Pick<ContentPart, 'origin' | 'kind'>>()
  const texts = new Map<string, Text>()
  const paths = new Map<string, number>()
  units.forEach((unit, at) => {
    for (const { id, origin, kind } of unit.opens) parts.set(id, { origin, kind })
    for (const write of unit.writes) {
      const part = parts.get(write.part)
      if (part === undefined || write.copy === true) continue
      const place = `${body ? write.key === true : write.part} ${write.path}`
      let text = texts.get(place)
      if (text === undefined) {
        // Events of several parts may say their texts at the same path.
        const times = (paths.get(write.path) ?? 0) + 1
        if (!body) paths.set(write.path, times)
        const path = times === 1 || body ? write.path : `${write.path}#${times}`
        text = { ...part, path, text: '', id: write.part, writes: [] }
        texts.set(place, text)
      }
      text.text += write.value
      text.writes.push({ write, unit: at })
    }
  })
  return calls ? named([...texts.values()], calledIn(units)) : [...texts.values()]
}

/** The names under which each tool is called, by its place. Pieces of a name are names too: clients differ in how they read them. */
function calledIn(units: readonly Unit[]): Map<string, string[]> {
  const called = new Map<string, string[]>()
  const add = ({ path, name }: ToolCall): void => {
    const names = called.get(path)
    if (names === undefined) called.set(path, [name])
    else if (!names.includes(name)) names.push(name)
  }
  for (const { text } of units) toolCalls(text).forEach(add)
  for (const names of called.values()) if (names.length > 1) names.push(names.join(''))
  return called
}

const ANSWERED = /^(?:choices|content|output)\[/

/** The texts with the tools that they call, and one without a text for each name that an answer calls beside them. */
function named(texts: Text[], called: ReadonlyMap<string, readonly string[]>): Text[] {
  if (called.size === 0) return texts
  const told = new Set<string>()
  for (const text of texts) {
    if (text.kind !== 'tool_call') continue
    const { path } = text.writes[0]!.write
    for (
      let at = path.length;
      at > 0;
      at = Math.max(path.lastIndexOf('.', at - 1), path.lastIndexOf('[', at - 1))
    ) {
      const [name] = called.get(path.slice(0, at)) ?? []
      if (name === undefined) continue
      text.tool = name
      told.add(`${name} ${path.slice(0, at)}`)
      break
    }
  }
  for (const [path, names] of called)
    for (const tool of names)
      if (ANSWERED.test(path) && !told.has(`${tool} ${path}`))
        texts.push({ path, origin: 'model', kind: 'tool_call', text: '', tool, writes: [] })
  return texts
}

export interface TextChange {
  path: string
  /** UTF-16 units of the text at the path; all of it when absent. */
  span?: Span
  text: string
}

/**
 * The texts of the units with changes made, or the path of a change that cannot be: where nothing stands, what cannot be
 * rewritten, a span beyond the text, or two that overlap.
 * @param body as for `contentOf`
 * @param sent how many units have left already and stay as they are
 */
export function changed(
  units: readonly Unit[],
  body: boolean,
  changes: readonly TextChange[],
  sent = 0,
): { texts: string[] } | { impossible: string } {
  if (changes.length === 0) return { texts: units.map(({ text }) => text) }
  const splices: { span: Span; text: string }[][] = units.map(() => [])
  const texts = textsOf(units, body)
  for (const path of new Set(changes.map((change) => change.path))) {
    const found = texts.find((text) => text.path === path && text.writes[0]?.write.key !== true)
    const after =
      found &&
      rewritten(
        found.text,
        changes.filter((change) => change.path === path),
      )
    if (found === undefined || after === undefined) return { impossible: path }
    if (found.id === undefined && after !== '') return { impossible: path }
    if (found.writes.some(({ write, unit }) => write.form === 'fixed' || unit < sent))
      return { impossible: path }
    // Where the model began to speak: what announces a text says nothing of it yet.
    const first = Math.max(
      0,
      found.writes.findIndex(({ write }) => write.value !== ''),
    )
    found.writes.forEach(({ write, unit }, i) => {
      splices[unit]!.push({ span: write.literal, text: written(write, i === first ? after : '') })
    })
    units.forEach((unit, at) => {
      for (const write of unit.writes)
        if (write.part === found.id && write.copy === true && write.path === found.writes[0]!.write.path)
          splices[at]!.push({ span: write.literal, text: written(write, after) })
    })
  }
  return { texts: units.map(({ text }, at) => spliced(text, splices[at]!)) }
}

function rewritten(before: string, changes: readonly TextChange[]): string | undefined {
  const ordered = changes
    .map(({ span, text }) => ({ start: span?.[0] ?? 0, end: span?.[1] ?? before.length, text }))
    .sort((a, b) => a.start - b.start)
  let out = ''
  let at = 0
  for (const { start, end, text } of ordered) {
    if (start < at || end < start || end > before.length) return undefined
    out += before.slice(at, start) + text
    at = end
  }
  // What cuts a pair in two, a script's slice or a rule's span, would be no text that may be sent.
  return (out + before.slice(at)).replace(/\p{Cs}/gu, '\ufffd')
}

function written({ form }: Write, text: string): string {
  if (form === 'json') return literal(text)
  return form === 'value' ? JSON.stringify(text) : text
}
