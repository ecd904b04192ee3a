import { canonicalise } from '../../core/canonical/index.ts'
import { kindOf } from './words.ts'

/** So many separators in a row may stand between two of its characters. */
const MAX_GAP = 8

/** Finds a canary, its characters in a row or set apart. Indices are of canonical text. */
export interface CanaryFinder {
  /** @returns from where on it may be in progress */
  find(text: string, from: number, found: (start: number, end: number) => void): number
}

/** By Knuth, Morris and Pratt over letters and digits alone. */
export function canaryFinder(canary: string): CanaryFinder {
  const units = [...canonicalise(canary, 0).text]
    .map((char) => char.charCodeAt(0))
    .filter((unit) => kindOf(unit) !== 3)
  const shorter = [0]
  for (let i = 1, known = 0; i < units.length; i++) {
    while (known > 0 && units[i] !== units[known]) known = shorter[known - 1]!
    if (units[i] === units[known]) known++
    shorter.push(known)
  }
  return {
    find(text, from, found) {
      const places: number[] = []
      let known = 0
      let gap = 0
      for (let at = from; at < text.length; at++) {
        const unit = text.charCodeAt(at)
        if (kindOf(unit) === 3) {
          if (++gap > MAX_GAP) known = 0
          continue
        }
        gap = 0
        while (known > 0 && unit !== units[known]) known = shorter[known - 1]!
        if (unit !== units[known]) continue
        known++
        places.push(at)
        if (known < places.length) places.splice(0, places.length - known)
        if (known === units.length) {
          found(places[0]!, at + 1)
          known = 0
        }
      }
      return known === 0 ? text.length : places[0]!
    },
  }
}
