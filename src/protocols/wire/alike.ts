import type { Span } from '../../core/types.ts'
import { identifierEnd } from './names.ts'

/** What may differ between an event and the one before it. */
export interface Slot {
  span: Span
  is: 'text' | 'id' | 'number'
}

/** An event without what differs. */
export interface Template {
  /** What stands before, between and after the slots. */
  fixed: readonly string[]
  slots: readonly Slot['is'][]
}

export function template(event: string, slots: readonly Slot[]): Template {
  const ordered = [...slots].sort((a, b) => a.span[0] - b.span[0])
  const fixed: string[] = []
  let from = 0
  for (const { span } of ordered) {
    fixed.push(event.slice(from, span[0]))
    from = span[1]
  }
  fixed.push(event.slice(from))
  return { fixed, slots: ordered.map(({ is }) => is) }
}

/**
 * Where the one text of an event stands that is like another in everything else, character by character; undefined when
 * it is not. In a slot stands nothing but what JSON reads as a string without escapes, an identifier or a whole number:
 * all of it is as it was, so none of it need be read again.
 */
export function textIn(event: string, { fixed, slots }: Template): Span | undefined {
  let at = 0
  let text: Span | undefined
  for (let i = 0; i < slots.length; i++) {
    const before = fixed[i]!
    if (!event.startsWith(before, at)) return undefined
    at += before.length
    const start = at
    const is = slots[i]!
    at = is === 'text' ? plainEnd(event, at) : is === 'id' ? identifierEnd(event, at) : numberEnd(event, at)
    if (is === 'text') text = [start, at]
    else if (at === start) return undefined
  }
  const after = fixed[slots.length]!
  return at + after.length === event.length && event.startsWith(after, at) ? text : undefined
}

// Of what would end the literal, or does not say in it what it is, nothing.
const PLAIN = /[^"\\\u0000-\u001f]*/y

function plainEnd(event: string, start: number): number {
  PLAIN.lastIndex = start
  PLAIN.test(event)
  return PLAIN.lastIndex
}

function numberEnd(event: string, start: number): number {
  let at = start
  for (; at < event.length; at++) {
    const c = event.charCodeAt(at)
    if (c < 0x30 || c > 0x39) break
    // `01` is no number.
    if (at === start + 1 && event.charCodeAt(start) === 0x30) return start
  }
  return at
}
