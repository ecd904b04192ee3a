import { automaton, MAX_SPACES } from '../../core/automaton.ts'
import { canonicalise } from '../../core/canonical/index.ts'
import { unitAt } from '../../core/units.ts'
import type { Entity } from './entity.ts'
import type { Reading } from './reading.ts'

/** How far from a candidate a context word may begin on its left, and end on its right, in canonical characters. */
const NEAR_LEFT = 64
const NEAR_RIGHT = 48
/** The most characters of a context word, and of the text that it is found in. */
const MAX_WORD = 40
const MAX_FOUND = MAX_WORD + 2 * MAX_SPACES

const LETTER = /\p{L}/u
/** Scripts with words between spaces: Latin, Greek, Cyrillic, Armenian. */
const isLetter = (unit: number): boolean =>
  (unit >= 97 && unit <= 122) || (unit >= 128 && unit < 0x590 && LETTER.test(String.fromCharCode(unit)))

/** Says of each entity, by index, whether one of its words is near. */
export type Context = (entity: number, start: number, end: number, right: boolean) => boolean

/** The context words of all entities, looked for at once, and only around candidates that ask. */
export function contextWords(entities: readonly Entity[]): (reading: Reading) => Context {
  const owners = new Map<string, number[]>()
  for (const [i, { context = [] }] of entities.entries()) {
    for (const written of context) {
      const word = canonicalise(written, 0).text
      if (word.length > MAX_WORD || word.split(' ').length > 3)
        throw new Error(`context ${written}: too long`)
      for (const joint of word.includes(' ') ? [' ', '_', '-', ''] : ['']) {
        const form = word.replaceAll(' ', joint)
        const known = owners.get(form)
        if (known === undefined) owners.set(form, [i])
        else if (!known.includes(i)) known.push(i)
      }
    }
  }
  const words = [...owners.keys()]
  const whose = [...owners.values()].map((all) => new Set(all))
  const machine = automaton(words)

  return (reading) => {
    const { text } = reading
    /** By rising end; what no later candidate can ask for is dropped. */
    const found: { word: number; start: number; end: number }[] = []
    let first = 0
    let seen = 0
    /** Of the last candidate, as most are asked for by several entities. */
    let asked = -1
    let least = 0
    /** Whether a word begins at a capital behind a small letter: `patientNhsNumber`. */
    const humps = (at: number): boolean => {
      const two = reading.raw(at - 1, at + 1)
      return two[0] === text[at - 1] && two[1] !== text[at]
    }
    const whole = (start: number, end: number): boolean =>
      !(isLetter(unitAt(text, start)) && start > 0 && isLetter(unitAt(text, start - 1)) && !humps(start)) &&
      !(isLetter(unitAt(text, end - 1)) && isLetter(unitAt(text, end)) && !humps(end))
    const read = (from: number, to: number): void => {
      if (to <= seen) return
      const base = Math.max(from, seen - MAX_FOUND)
      const part = text.slice(base, to)
      machine.scan(part, 0, (word, end) => {
        if (base + end <= seen) return
        const start = base + machine.startOf(part, word, end)
        if (whole(start, base + end)) found.push({ word, start, end: base + end })
      })
      seen = to
    }
    return (entity, start, end, right) => {
      if (start !== asked) {
        asked = start
        least = Math.max(reading.leftBound(start), start - NEAR_LEFT)
        while (first < found.length && found[first]!.end <= least) first++
        read(least, start)
      }
      let near = false
      for (let i = first; i < found.length && !near; i++) {
        const one = found[i]!
        near = one.start >= least && one.end <= start && whose[one.word]!.has(entity)
      }
      if (near || !right) return near
      const most = end + NEAR_RIGHT
      reading.unit(most)
      read(least, Math.min(most, text.length))
      for (let i = first; i < found.length && !near; i++) {
        const one = found[i]!
        near = one.start >= end && one.end <= most && whose[one.word]!.has(entity)
      }
      return near
    }
  }
}
