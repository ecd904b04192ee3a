import { automaton, MAX_SPACES } from '../../core/automaton.ts'
import { canonicalise } from '../../core/canonical/index.ts'
import type { Code } from '../../core/types.ts'
import { unitAt } from '../../core/units.ts'

/** A match in canonical text. */
export interface Found {
  code: Code
  reason: string
  start: number
  end: number
}

export interface Finder {
  /**
   * Matches that begin at or after `from`, for each code leftmost and longest and without overlap, and the index from which
   * on later text could still bring a match: what was found from there on is not certain.
   */
  find(text: string, from: number, final: boolean): { found: Found[]; tail: number }
  /** The most characters that it may leave open. */
  longest: number
}

const WORDY = /[\p{L}\p{N}]/u
/** Written without spaces, or with particles joined on: what stands beside a word there is no boundary. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u

/** Whether a unit is a letter or digit of a script that puts spaces between its words. */
function wordy(unit: number): boolean {
  if (unit < 128) return (unit >= 97 && unit <= 122) || (unit >= 48 && unit <= 57)
  const character = String.fromCharCode(unit)
  return WORDY.test(character) && !UNSPACED.test(character)
}

/** Every way in which a word stands in canonical text: capitals of other scripts can look like other Latin letters. */
function readings(word: string): string[] {
  const small = word.toLowerCase()
  const title = small.replace(/(?<!\p{L})\p{L}/gu, (letter) => letter.toUpperCase())
  const all = [word, small, word.toUpperCase(), title]
  return [...new Set(all.map((one) => canonicalise(one, 0).text.trim().replace(/\s+/g, ' ')))]
}

interface Entry {
  text: string
  code: Code
  left: boolean
  right: boolean
}

/**
 * Finds the words of each code at word boundaries.
 * @throws Error for a word of which nothing can be seen
 */
export function words(lists: Readonly<Record<Code, readonly string[]>>): Finder {
  const entries: Entry[] = []
  for (const [code, list] of Object.entries(lists)) {
    list.forEach((word, i) => {
      for (const text of readings(word)) {
        if (text === '') throw new Error(`${code}: word ${i + 1} has nothing that can be seen; remove it`)
        const right = wordy(unitAt(text, text.length - 1))
        entries.push({ text, code, left: wordy(unitAt(text, 0)), right })
      }
    })
  }
  const machine = automaton(entries.map((entry) => entry.text))
  const spaced = entries.map((entry) => entry.text.includes(' '))
  const lengths = entries.map((entry, i) =>
    spaced[i] ? entry.text.split(' ').join(' '.repeat(MAX_SPACES)).length : entry.text.length,
  )

  return {
    longest: Math.max(0, ...lengths) + 1,
    find(text, from, final) {
      const seen: Found[] = []
      let tail = text.length
      const state = machine.scan(text, from, (word, end) => {
        const entry = entries[word]!
        if (entry.right && end < text.length && wordy(unitAt(text, end))) return
        const start = spaced[word] ? machine.startOf(text, word, end) : end - entry.text.length
        if (entry.left && start > 0 && wordy(unitAt(text, start - 1))) return
        seen.push({ code: entry.code, reason: 'a word of the list', start, end })
      })
      if (!final) {
        for (let s = state; s !== 0; s = machine.shorter(s)) {
          const start = machine.startOfState(text, s, text.length)
          if (start > 0 && wordy(unitAt(text, start)) && wordy(unitAt(text, start - 1))) continue
          tail = Math.min(tail, start)
          break
        }
      }
      seen.sort((a, b) => a.start - b.start || b.end - a.end)
      const next = new Map<Code, number>()
      const found = seen.filter(({ code, start, end }) => {
        if (start < (next.get(code) ?? from)) return false
        next.set(code, end)
        return true
      })
      return { found, tail }
    },
  }
}
