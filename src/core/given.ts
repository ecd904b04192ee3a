import type { Part, Unit } from './types.ts'

/** One text that somebody gave to be inspected, as it is, without a protocol around it. */
export function givenUnit(part: Part, text: string, path = String(part.id)): Unit {
  return {
    text,
    lanes: 'all',
    opens: [part],
    writes: [{ part: part.id, path, literal: [0, text.length], value: text, form: 'raw' }],
    ends: [part.id],
    splices: [],
  }
}
