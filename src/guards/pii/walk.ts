import { unitAt, unitsOf } from '../../core/units.ts'
import type { Context } from './context.ts'
import {
  type Begun,
  type Candidate,
  type Entity,
  type Form,
  type Match,
  type Near,
  PROOF,
  type Shaped,
} from './entity.ts'
import { isAlphanumeric, isDigit, isSmall, type Reading } from './reading.ts'
import { PLAIN, type Shapes, type Sought, separated, shapes } from './shape.ts'

/** A match and whose it is, by index. */
export interface Found extends Match {
  entity: number
}

type Known = { entity: number; form: Form; shaped: Shaped } | { entity: number; begun: Begun }

export interface Options {
  /** Whether the policy names an entity itself. */
  named(entity: Entity): boolean
  regions: readonly string[]
}

const SPACE = 32
const isJoint = (unit: number): boolean => unit === 45 || unit === 46 || unit === 47
const isLetter = (unit: number): boolean => unit > 57 && isAlphanumeric(unit)
const isCurrency = (unit: number): boolean => unit === 36 || unit === 0x20ac || unit === 0xa3
const LETTER = 1
const DIGIT = 2
/** What a candidate may begin with that is no letter or digit: a telephone number's plus and brackets, an address's `::`. */
const OPENERS = '+(:'
/** Unit → what a candidate may begin with, and what a word consists of. */
const KINDS = new Uint8Array(128)
for (const opener of OPENERS) KINDS[opener.charCodeAt(0)] = 4
for (let unit = 0; unit < 128; unit++) if (isAlphanumeric(unit)) KINDS[unit] = isDigit(unit) ? DIGIT : LETTER
const kindOf = (unit: number): number => (unit < 128 ? KINDS[unit]! : 0)

/**
 * The first place from `at` on where a candidate may begin: what nearly all texts are made of, words in small letters, is
 * passed here, by itself, so that the little that it takes stays in the processor's registers.
 */
function pass(
  units: Uint16Array,
  from: number,
  length: number,
  { written, same }: Reading,
  beginsPlain: Shapes['beginsPlain'],
): number {
  for (let at = from; ; ) {
    while (at < length && kindOf(units[at]!) === 0) at++
    let next = at
    let seen = 0
    for (let kind = kindOf(units[next]!) & (LETTER | DIGIT); kind !== 0; ) {
      seen |= kind
      kind = kindOf(units[++next]!) & (LETTER | DIGIT)
    }
    // Of a word that the text ends with, or a capital, more is to be asked.
    if (seen !== LETTER || next === length || next - at > PLAIN || at >= same) return at
    if (!isSmall(written[at]!) || beginsPlain(units[at]!, units[at + 1]!)) return at
    at = next
  }
}

/** Whether digits at [start, end) are a piece of a longer row of digits, of a decimal number, of a UUID or of an amount. */
function inLonger({ text, unit, left }: Reading, start: number, end: number, spaced: boolean): boolean {
  const joins = (at: number): boolean => isJoint(at) || (spaced && at === SPACE)
  if (joins(unit(end)) && isDigit(unit(end + 1))) return true
  if (start === 0) return false
  const before = unitAt(text, start - 1)
  if (isCurrency(before)) return true
  if (!joins(before)) return false
  if (start > 1 && isDigit(unitAt(text, start - 2))) return true
  return before === 45 && /-[0-9a-f]{4}-$/.test(left(start))
}

const rounded = (score: number): number => Math.round(score * 100) / 100

/**
 * Finds what has a shape, in one pass over the words of a text. Where matches overlap, the first one stands, the
 * longest of those that begin at one place, and a later one beside it only if its proof is greater.
 * @returns for each reading, the index from which on later text could still bring a match
 */
export function walker(
  entities: readonly Entity[],
  { named, regions }: Options,
): (reading: Reading, context: Context, found: (one: Found) => void) => number {
  const known: Known[] = []
  const written: Sought[] = []
  for (const [entity, one] of entities.entries()) {
    if ('forms' in one) {
      for (const form of one.forms) {
        known.push({ entity, form, shaped: one })
        written.push({
          shape: separated(form.shape, form.separators),
          open: false,
          capitals: form.capitals ?? false,
        })
      }
    } else if ('at' in one) {
      known.push({ entity, begun: one })
      written.push({ shape: one.begins, open: true, capitals: false })
    }
  }
  const machine = shapes(written)
  const isNamed = entities.map(named)

  /** Most stretches have the shape of several entities, one after the other. */
  let last: { reading: Reading; start: number; end: number; candidate: Candidate | undefined } | undefined
  /** Where its first space and its first letter are: the longest of those that begin at one place comes first. */
  let space = 0
  let letter = 0
  const raw = (): string => last?.reading.raw(last.start, last.end) ?? ''
  function stretch(reading: Reading, start: number, end: number): Candidate | undefined {
    if (last?.reading === reading && last.start === start && last.end === end) return last.candidate
    const { text, unit } = reading
    const after = unit(end)
    if (last?.reading !== reading || last.start !== start || last.end < end) {
      space = start
      while (space < end && unitAt(text, space) !== SPACE) space++
      letter = start
      while (letter < end && !isLetter(unitAt(text, letter))) letter++
    }
    let candidate: Candidate | undefined
    if (letter < end || !inLonger(reading, start, end, space < end)) {
      const whole = text.slice(start, end)
      const before = start > 0 ? unitAt(text, start - 1) : 0
      const value = whole.replace(/[^a-z0-9]/g, '')
      candidate = { value, text: whole, raw, before, after }
    }
    last = { reading, start, end, candidate }
    return candidate
  }

  /** What the recognisers are told, of one entity each, made once for a reading. */
  let nears: { context: Context; of: (Near | undefined)[] } | undefined
  function near(entity: number, context: Context): Near {
    if (nears?.context !== context) nears = { context, of: [] }
    const known = nears.of[entity]
    if (known !== undefined) return known
    const made: Near = {
      named: isNamed[entity]!,
      regions,
      context: (from, to, left) => context(entity, from, to, left === undefined),
    }
    nears.of[entity] = made
    return made
  }

  function judge(
    reading: Reading,
    context: Context,
    one: Known,
    start: number,
    end: number,
  ): Found | undefined {
    const { entity } = one
    if ('begun' in one) {
      const match = one.begun.at(reading, start, end, near(entity, context))
      return match && { ...match, entity }
    }
    const { form, shaped } = one
    if (form.capitals && !reading.isCapital(start)) return undefined
    const candidate = stretch(reading, start, end)
    if (candidate === undefined) return undefined
    const { text: whole, value } = candidate
    if (form.capitals && candidate.raw() !== whole.toUpperCase()) return undefined
    if (form.check && !form.check(value, candidate)) return undefined
    if (shaped.check && !shaped.check(value, candidate)) return undefined
    const bare = form.bare === 'always' || (form.bare === 'named' && isNamed[entity]!)
    const beside = shaped.context !== undefined && context(entity, start, end, !bare)
    if (!beside && !bare) return undefined
    return {
      entity,
      start,
      end,
      value,
      score: beside ? rounded(form.score + (1 - form.score) / 3) : form.score,
      proof: (shaped.checksum ? PROOF.checksum : PROOF.shape) + (beside ? PROOF.context : 0),
    }
  }

  function walk(reading: Reading, context: Context, found: (one: Found) => void): number {
    const { text, from } = reading
    const { length } = text
    const units = unitsOf(text, 2)
    /** Matches that reach beyond where the walk is. */
    let open: Found[] = []
    /** The first `count` of these are the shapes that are whole where the walk is, and where they end. */
    const ends: number[] = []
    const wholes: (readonly number[])[] = []
    let count = 0
    const whole = (end: number, shapes: readonly number[]): void => {
      ends[count] = end
      wholes[count++] = shapes
    }
    reading.cut()
    // Whatever begins before `from` is settled.
    let next = from
    if (from > 0 && isAlphanumeric(units[from - 1]!)) while (isAlphanumeric(units[next]!)) next++
    for (;;) {
      const start = pass(units, next, length, reading, machine.beginsPlain)
      if (start === length) return length
      const unit = units[start]!
      next = start + 1
      let plain = false
      if (isAlphanumeric(unit)) {
        let digits = isDigit(unit)
        let inner = units[next]!
        for (; isAlphanumeric(inner); inner = units[++next]!) if (inner < 58) digits = true
        plain =
          !digits &&
          next - start <= PLAIN &&
          (next < length || reading.final) &&
          !(reading.isCapital(start) && reading.isCapital(start + 1))
        if (plain && !machine.beginsPlain(unit, units[start + 1]!)) continue
      }
      count = 0
      if (machine.run(units, start, length, plain, whole) && !reading.final) return start
      if (count === 0) continue

      let best: Found | undefined
      /** Entities of which the longest match that begins here is known. */
      const done: number[] = []
      for (let i = count - 1; i >= 0; i--) {
        for (const shape of wholes[i]!) {
          const one = known[shape]!
          if (done.includes(one.entity)) continue
          const match = judge(reading, context, one, start, ends[i]!)
          if (reading.cut()) return start
          if (match === undefined) continue
          done.push(one.entity)
          if (best === undefined || outweighs(match, best)) best = match
        }
      }
      if (best === undefined) continue
      const { proof } = best
      open = open.filter((other) => other.end > start)
      if (open.some((other) => other.proof >= proof)) continue
      open.push(best)
      found(best)
    }
  }

  return (reading, context, found) => {
    const tail = walk(reading, context, found)
    // No text stays behind.
    last = undefined
    nears = undefined
    return tail
  }
}

const outweighs = (a: Found, b: Found): boolean =>
  a.proof !== b.proof ? a.proof > b.proof : a.end !== b.end ? a.end > b.end : a.score > b.score
