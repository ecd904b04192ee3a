import { RE2JS } from 're2js'

/** Characters. */
const LONGEST = 512
/** Steps of RE2's program: counted repetitions are written out in it. */
const LARGEST = 2000

export interface Pattern {
  test(text: string): boolean
  /** Steps of its program: what a character of a text may cost. */
  size: number
}

/**
 * A schema's pattern, found anywhere in a text as JSON Schema has it, in linear time.
 * @throws Error where RE2 does not take it, or it is too large
 */
export function pattern(source: string): Pattern {
  if (source.length > LONGEST) throw new Error(`a pattern is longer than ${LONGEST} characters`)
  const regexp = RE2JS.compile(RE2JS.translateRegExp(source))
  const size = regexp.programSize()
  if (size > LARGEST) throw new Error('a pattern has too large repetitions')
  return { test: (text) => regexp.test(text), size }
}
