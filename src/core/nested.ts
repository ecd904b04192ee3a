import type { Run } from './edits.ts'
import { ARRAY, ESCAPED, literal, NUMBER, OBJECT, STRING, scan, stringAt } from './json/scan.ts'
import type { Span } from './types.ts'

/** A string, key or long number inside of a tool call's arguments. */
export interface NestedText {
  path: string
  /** In the arguments' text, without quotes. */
  literal: Span
  value: string
  fixed: boolean
}

/**
 * The texts in a tool call's arguments, which are JSON in a string.
 * Arguments that are not JSON are one text as they stand, and another with their escapes resolved, which a lenient
 * parser may see.
 */
export function nestedTexts(args: string): NestedText[] {
  try {
    return read(args)
  } catch {
    const whole: NestedText = { path: '', literal: [0, args.length], value: args, fixed: true }
    return args.includes('\\') ? [whole, { ...whole, value: resolved(args) }] : [whole]
  }
}

function read(args: string): NestedText[] {
  const { text, tape } = scan(args, { duplicates: 'allow', surrogates: 'allow' })
  const texts: NestedText[] = []
  const add = (node: number, path: string, value: string, fixed: boolean) =>
    texts.push({ path, literal: [tape[node + 1]!, tape[node + 2]!], value, fixed })
  const visit = (node: number, path: string): void => {
    const type = tape[node]
    if (type === STRING || type === ESCAPED) add(node, path, stringAt(text, tape, node), false)
    else if (type === NUMBER) {
      const digits = text.slice(tape[node + 1]!, tape[node + 2]!)
      if (digits.replace(/[^0-9]/g, '').length >= 7) add(node, path, digits, true)
    } else if (type === ARRAY || type === OBJECT) {
      const stop = tape[node + 3]!
      let index = 0
      for (let child = node + 4; child < stop; ) {
        if (type === ARRAY) {
          visit(child, `${path}[${index++}]`)
          child = tape[child + 3]!
          continue
        }
        const key = stringAt(text, tape, child)
        add(child, `${path}.${key}`, key, true)
        visit(child + 4, `${path}.${key}`)
        child = tape[child + 7]!
      }
    }
  }
  visit(0, '')
  return texts
}

/** The arguments' edits, from the edits of the texts inside. */
export function nestedRuns(texts: readonly NestedText[], runs: readonly Run[]): Run[] {
  const edited: Run[] = []
  let at = 0
  for (const { literal: span, value, fixed } of texts) {
    const end = at + value.length
    if (!fixed) {
      const written = rewritten(value, at, runs)
      if (written !== undefined)
        edited.push({ text: literal(written), from: span[0], to: span[1], edited: true })
    }
    at = end
  }
  return edited
}

/** What a literal that holds source text from `at` says after the edits among `runs`; undefined when it is as it was. */
export function rewritten(value: string, at: number, runs: readonly Run[]): string | undefined {
  const end = at + value.length
  let text = ''
  let from = at
  let touched = false
  for (const run of runs) {
    if (!run.edited || run.to <= at || run.from >= end) continue
    touched = true
    if (run.from > from) text += value.slice(from - at, run.from - at)
    // A replacement stands where its span starts; the other literals that it covers lose their share.
    if (run.from >= at) text += run.text
    from = Math.min(run.to, end)
  }
  return touched ? text + value.slice(from - at) : undefined
}

function resolved(text: string): string {
  return text.replace(
    /\\(?:u([0-9a-fA-F]{4})|(.))/g,
    (_, hex: string | undefined, single: string | undefined) =>
      hex !== undefined ? String.fromCharCode(Number.parseInt(hex, 16)) : (ESCAPES[single!] ?? single!),
  )
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' }
