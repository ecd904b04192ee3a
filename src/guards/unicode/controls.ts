import type { Found, Reading } from './reading.ts'

/** Of a longer one only its beginning is taken: what it holds can be read. */
export const LONGEST_SEQUENCE = 1024

const CSI = /(?:\x1b\[|\x9b)[0-?]{0,64}[ -/]{0,8}[@-~]/y
const STRING = /(?:\x1b[\]P_^X]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)/y
const SHORT = /\x1b[ -/]{0,8}[0-Z\\`-~]/y
const OPEN = /(?:\x1b|\x9b|[\x90\x98\x9d-\x9f])/y
/** May go on: what has come of a sequence and not ended. */
const BEGUN =
  /(?:\x1b$|(?:\x1b\[|\x9b)[0-?]{0,64}[ -/]{0,8}$|\x1b[ -/]{1,8}$|(?:\x1b[\]P_^X]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*\x1b?$)/y

/** The control or terminal sequence (ECMA-48, and OSC 8 and 52 among them) at `at`; `open` when it may not be whole yet. */
export function control({ text, final }: Reading, at: number): Found | 'open' {
  const found = (end: number, reason: string): Found => ({
    code: 'unicode.control',
    reason,
    start: at,
    end,
    replace: '',
  })
  const matches = (pattern: RegExp): boolean => {
    pattern.lastIndex = at
    return pattern.test(text)
  }
  if (!matches(OPEN)) return found(at + 1, 'a control character')
  const most = at + LONGEST_SEQUENCE
  if (matches(CSI)) return found(CSI.lastIndex, 'a terminal sequence')
  const string = text.length > most ? text.slice(at, most) : text.slice(at)
  STRING.lastIndex = 0
  if (STRING.test(string)) return found(at + STRING.lastIndex, 'a terminal sequence')
  BEGUN.lastIndex = 0
  if (!final && text.length < most && BEGUN.test(string)) return 'open'
  if (matches(SHORT)) return found(SHORT.lastIndex, 'a terminal sequence')
  return found(at + 1, 'a control character')
}
