import { literal } from './json/scan.ts'
import { spliced } from './json/splice.ts'
import type { Content, ContentPart, Span, Unit, Write } from './types.ts'

// A body or the events of a stream as checkpoints see it, and what becomes of it when they change a text.

/**
 * @param units as they leave, edits included
 * @param body whether there is one unit, and it is a body in JSON
 * @param offered names the tools in a parsed body
 */
export function contentOf(
  units: readonly Unit[],
  body: boolean,
  offered: (body: unknown) => readonly string[] = () => [],
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
      parts ??= textsOf(units, body).map(({ writes, id, ...part }) => part)
      return parts
    },
    tools() {
      tools ??= whole === undefined ? [] : offered(JSON.parse(whole.text))
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

/** A text that can be changed as one: of a body what stands at a path, of a stream all that a part says. */
interface Text extends ContentPart {
  id: number
  writes: { write: Write; unit: number }[]
}

function textsOf(units: readonly Unit[], body: boolean): Text[] {
  const parts = new Map<number, Pick<ContentPart, 'origin' | 'kind' | 'tool'>>()
  const texts = new Map<string, Text>()
  const paths = new Map<string, number>()
  const begun = new Map<unknown, string>()
  units.forEach((unit, at) => {
    for (const [id, part] of opened(unit, begun)) parts.set(id, part)
    for (const write of unit.writes) {
      const part = parts.get(write.part)
      if (part === undefined || write.copy === true) continue
      const place = body ? `${write.key === true} ${write.path}` : String(write.part)
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
  return [...texts.values()]
}

/** @param begun tools whose calls have begun in a stream, by the number of their block */
function opened(
  { opens, text }: Unit,
  begun: Map<unknown, string>,
): [id: number, part: Pick<ContentPart, 'origin' | 'kind' | 'tool'>][] {
  const calls = opens.filter(({ kind }) => kind === 'tool_call')
  const json = calls.length > 0 || text.includes('"name"') ? documents(text) : []
  const names = json.flatMap(toolNames)
  const number = (json[0] as { index?: unknown } | undefined)?.index
  if (names[0] !== undefined) begun.set(number, names[0])
  return opens.map(({ id, origin, kind }) => {
    const call = calls.findIndex((part) => part.id === id)
    const tool = call < 0 ? undefined : (names[call] ?? begun.get(number))
    return [id, { origin, kind, ...(tool !== undefined && { tool }) }]
  })
}

/** Fields that hold what a tool is called with, in the APIs of OpenAI and Anthropic; its name stands beside them. */
const ARGUMENTS = ['arguments', 'input']

/** The names of the tools that a body or an event calls, in order. */
function toolNames(json: unknown): string[] {
  const names: string[] = []
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    if (Array.isArray(value)) return value.forEach(walk)
    const { name, type } = value as { name?: unknown; type?: unknown }
    if (typeof name === 'string' && ARGUMENTS.some((field) => Object.hasOwn(value, field))) names.push(name)
    else if (typeof type === 'string' && type.endsWith('_call')) names.push(type)
    for (const [field, below] of Object.entries(value)) if (!ARGUMENTS.includes(field)) walk(below)
  }
  walk(json)
  return names
}

/** The JSON of a body, or of the events of a stream. */
function documents(text: string): unknown[] {
  const whole = parsed(text)
  if (whole !== undefined) return [whole]
  return text
    .split(/\r\n|\r|\n/)
    .flatMap((line) => (line.startsWith('data:') ? [parsed(line.slice('data:'.length))] : []))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
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
    const found = texts.find((text) => text.path === path && text.writes[0]!.write.key !== true)
    const after =
      found &&
      rewritten(
        found.text,
        changes.filter((change) => change.path === path),
      )
    if (found === undefined || after === undefined) return { impossible: path }
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
        if (write.part === found.id && write.copy === true)
          splices[at]!.push({
            span: write.literal,
            text: written(write, (write.at ?? 0) === 0 ? after : ''),
          })
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
  return out + before.slice(at)
}

function written({ form }: Write, text: string): string {
  if (form === 'json') return literal(text)
  return form === 'value' ? JSON.stringify(text) : text
}
