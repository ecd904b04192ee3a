import type { Run } from './edits.ts'
import { GateError } from './errors.ts'
import { countBefore } from './fifo.ts'
import { ARRAY, ESCAPED, literal, NUMBER, OBJECT, STRING, scan, stringAt } from './json/scan.ts'
import { deeper, shownKey } from './paths.ts'
import type { Span } from './types.ts'

const MAX_TEXTS = 200_000

/** A string, key or long number inside of a tool call's arguments. */
export interface NestedText {
  path: string
  /** In the arguments' text, without quotes. */
  literal: Span
  value: string
  form: 'json' | 'fixed'
  key?: true
}

/**
 * The texts in a tool call's arguments, which are JSON in a string.
 * Arguments that are not JSON, or hold more texts than any tool takes, are one text as they stand, and another with
 * their escapes resolved, which a lenient parser may see.
 */
export function nestedTexts(args: string): NestedText[] {
  try {
    return read(args)
  } catch {
    const whole: NestedText = { path: '', literal: [0, args.length], value: args, form: 'fixed' }
    return args.includes('\\') ? [whole, { ...whole, value: resolved(args) }] : [whole]
  }
}

function read(args: string): NestedText[] {
  const { text, tape } = scan(args, { duplicates: 'allow', surrogates: 'allow' })
  const texts: NestedText[] = []
  const add = (node: number, path: string, value: string, form: NestedText['form'], key?: true) => {
    const literal: Span = [tape[node + 1]!, tape[node + 2]!]
    if (texts.push({ path, literal, value, form, ...(key && { key }) }) > MAX_TEXTS)
      throw new GateError('body.too_large')
  }
  const visit = (node: number, path: string): void => {
    const type = tape[node]
    if (type === STRING || type === ESCAPED) add(node, path, stringAt(text, tape, node), 'json')
    else if (type === NUMBER) {
      const digits = text.slice(tape[node + 1]!, tape[node + 2]!)
      if (digits.replace(/[^0-9]/g, '').length >= 7) add(node, path, digits, 'fixed')
    } else if (type === ARRAY || type === OBJECT) {
      const stop = tape[node + 3]!
      let index = 0
      for (let child = node + 4; child < stop; ) {
        if (type === ARRAY) {
          visit(child, deeper(path, `[${index++}]`))
          child = tape[child + 3]!
          continue
        }
        const key = stringAt(text, tape, child)
        add(child, deeper(path, '.*'), key, 'fixed', true)
        visit(child + 4, deeper(path, `.${shownKey(key)}`))
        child = tape[child + 7]!
      }
    }
  }
  visit(0, '')
  return texts
}

/** The arguments' edits, from the edits of the texts inside. */
export function nestedRuns(
  texts: readonly (NestedText & { /** Where it was read. */ at: number })[],
  runs: readonly Run[],
): Run[] {
  const edited: Run[] = []
  for (const { literal: span, value, form, at } of texts) {
    const written = form === 'fixed' ? undefined : rewritten(value, at, runs)
    if (written !== undefined)
      edited.push({ text: literal(written), from: span[0], to: span[1], edited: true })
  }
  return edited
}

/**
 * What a literal that holds source text from `at` says after `runs`, edits in order; undefined when it is as it was.
 */
export function rewritten(value: string, at: number, runs: readonly Run[]): string | undefined {
  const end = at + value.length
  let text = ''
  let from = at
  let touched = false
  const first = countBefore(runs.length, (i) => runs[i]!.to <= at)
  for (let i = first; i < runs.length && runs[i]!.from < end; i++) {
    const run = runs[i]!
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
    /\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))/g,
    (_, unit: string | undefined, byte: string | undefined, single: string | undefined) =>
      single !== undefined
        ? (ESCAPES[single] ?? single)
        : String.fromCharCode(Number.parseInt(unit ?? byte!, 16)),
  )
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' }
