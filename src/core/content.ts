import { literal } from './json/scan.ts'
import { spliced } from './json/splice.ts'
import type { Content, ContentPart, Span, Unit, Write } from './types.ts'

// A body or the events of a stream as checkpoints see it, and what becomes of it when they change a text.

/**
 * @param units as they leave, edits included
 * @param offered names the tools in a parsed body
 */
export function contentOf(
  units: readonly Unit[],
  stream: boolean,
  offered: (body: unknown) => readonly string[] = () => [],
): Content {
  const whole = stream || units.length !== 1 ? undefined : units[0]
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
      parts ??= partsOf(units)
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

function partsOf(units: readonly Unit[]): ContentPart[] {
  const parts = new Map<number, { -readonly [K in keyof ContentPart]: ContentPart[K] }>()
  for (const unit of units) {
    const { opens, writes } = unit
    for (const { id, origin, kind } of opens) parts.set(id, { path: '', origin, kind, text: '' })
    for (const { part, path, value, copy, key } of writes) {
      const known = parts.get(part)
      if (known === undefined || copy === true) continue
      if (known.path === '') known.path = path
      else if (key === true || path !== known.path) known.text += '\n'
      known.text += value
    }
    const calls = opens.filter(({ kind }) => kind === 'tool_call')
    if (calls.length === 0) continue
    const names = toolNames(unit.text)
    calls.forEach(({ id }, i) => {
      const tool = names[i]
      if (tool !== undefined) parts.get(id)!.tool = tool
    })
  }
  return [...parts.values()].filter(({ path, kind }) => path !== '' || kind === 'tool_call')
}

/** Fields that hold what a tool is called with, in the APIs of OpenAI and Anthropic; its name stands beside them. */
const ARGUMENTS = ['arguments', 'input']

/** The names of the tools that a body or an event calls, in order. */
function toolNames(text: string): string[] {
  const names: string[] = []
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    if (Array.isArray(value)) return value.forEach(walk)
    const { name } = value as { name?: unknown }
    if (typeof name === 'string' && ARGUMENTS.some((field) => Object.hasOwn(value, field))) names.push(name)
    for (const [field, below] of Object.entries(value)) if (!ARGUMENTS.includes(field)) walk(below)
  }
  for (const json of documents(text)) walk(json)
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
 * @param sent how many units have left already and stay as they are
 */
export function changed(
  units: readonly Unit[],
  changes: readonly TextChange[],
  sent = 0,
): { texts: string[] } | { impossible: string } {
  const splices: { span: Span; text: string }[][] = units.map(() => [])
  const byPath = new Map<string, TextChange[]>()
  for (const change of changes) {
    const known = byPath.get(change.path)
    if (known === undefined) byPath.set(change.path, [change])
    else known.push(change)
  }
  for (const [path, wanted] of byPath) {
    const writes = writesAt(units, path)
    const before = writes.map(({ write }) => write.value).join('')
    const after = rewritten(before, wanted)
    const fixed = writes.some(({ write, unit }) => write.form === 'fixed' || unit < sent)
    if (writes.length === 0 || fixed || after === undefined) return { impossible: path }
    writes.forEach(({ write, unit }, i) => {
      splices[unit]!.push({ span: write.literal, text: written(write, i === 0 ? after : '') })
    })
    const { part } = writes[0]!.write
    units.forEach((unit, at) => {
      for (const write of unit.writes)
        if (write.part === part && write.copy === true)
          splices[at]!.push({
            span: write.literal,
            text: written(write, write.value === before ? after : ''),
          })
    })
  }
  return { texts: units.map(({ text }, at) => spliced(text, splices[at]!)) }
}

/** All that one part says at a path: of a stream, piece by piece. */
function writesAt(units: readonly Unit[], path: string): { write: Write; unit: number }[] {
  const found: { write: Write; unit: number }[] = []
  units.forEach(({ writes }, unit) => {
    for (const write of writes) {
      if (write.path !== path || write.copy === true || write.key === true) continue
      if (found.length === 0 || found[0]!.write.part === write.part) found.push({ write, unit })
    }
  })
  return found
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
