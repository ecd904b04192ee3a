import type { Context } from './context.ts'
import {
  type Begun,
  type Candidate,
  type Entity,
  type Form,
  type Match,
  PROOF,
  type Shaped,
} from './entity.ts'
import { isAlphanumeric, isDigit, type Reading } from './reading.ts'
import { DEAD, separated, shapes } from './shape.ts'

/** A match and whose it is, by index. */
export interface Found extends Match {
  entity: number
}

interface Known {
  entity: number
  form: Form
  shaped: Shaped
}

const SPACE = 32
const isJoint = (unit: number): boolean => unit === 45 || unit === 46 || unit === 47
const isCurrency = (unit: number): boolean => unit === 36 || unit === 0x20ac || unit === 0xa3
/** What a candidate may begin with that is no letter or digit: a telephone number's plus and brackets, an address's `::`. */
const isOpener = (unit: number): boolean => unit === 43 || unit === 40 || unit === 58

/** Whether digits at [start, end) are a piece of a longer row of digits, of a decimal number, of a UUID or of an amount. */
function inLonger({ text, unit, left }: Reading, start: number, end: number, spaced: boolean): boolean {
  const joins = (at: number): boolean => isJoint(at) || (spaced && at === SPACE)
  if (joins(unit(end)) && isDigit(unit(end + 1))) return true
  if (start === 0) return false
  const before = text.charCodeAt(start - 1)
  if (isCurrency(before)) return true
  if (!joins(before)) return false
  if (start > 1 && isDigit(text.charCodeAt(start - 2))) return true
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
  named: (entity: Entity) => boolean,
): (reading: Reading, context: Context, found: (one: Found) => void) => number {
  const known: Known[] = []
  const written: string[] = []
  const begun = new Map<number, { entity: number; one: Begun }[]>()
  for (const [entity, one] of entities.entries()) {
    if ('forms' in one) {
      for (const form of one.forms) {
        known.push({ entity, form, shaped: one })
        written.push(separated(form.shape, form.separators))
      }
    } else if ('at' in one) {
      for (const start of one.starts) {
        const unit = start.charCodeAt(0)
        begun.set(unit, [...(begun.get(unit) ?? []), { entity, one }])
      }
    }
  }
  const machine = shapes(written)
  const isNamed = entities.map(named)

  function judge(
    reading: Reading,
    context: Context,
    { entity, form, shaped }: Known,
    start: number,
    end: number,
  ) {
    const { text, unit } = reading
    const last = text.charCodeAt(end - 1)
    if (isAlphanumeric(last) && isAlphanumeric(unit(end))) return undefined
    const whole = text.slice(start, end)
    const value = whole.replace(/[^a-z0-9]/g, '')
    if (!/[a-z]/.test(value) && inLonger(reading, start, end, whole.includes(' '))) return undefined
    const candidate: Candidate = { value, text: whole, raw: () => reading.raw(start, end) }
    if (form.check && !form.check(value, candidate)) return undefined
    if (shaped.check && !shaped.check(value, candidate)) return undefined
    const bare = form.bare === 'always' || (form.bare === 'named' && isNamed[entity]!)
    const near = shaped.context !== undefined && context(entity, start, end, !bare)
    if (!near && !bare) return undefined
    return {
      entity,
      start,
      end,
      value,
      score: near ? rounded(form.score + (1 - form.score) / 3) : form.score,
      proof: (shaped.checksum ? PROOF.checksum : PROOF.shape) + (near ? PROOF.context : 0),
    }
  }

  return (reading, context, found) => {
    const { text, from } = reading
    /** Matches that reach beyond where the walk is; the greatest proof of them counts. */
    let open: Found[] = []
    const ends: number[] = []
    const states: (readonly number[])[] = []
    /** Entities of which the longest match that begins here is known. */
    const done: number[] = []
    for (let start = from; start < text.length; start++) {
      const unit = text.charCodeAt(start)
      if (isAlphanumeric(unit)) {
        if (start > 0 && isAlphanumeric(text.charCodeAt(start - 1))) continue
      } else if (!isOpener(unit)) continue

      let best: Found | undefined
      const weigh = (one: Found): void => {
        if (
          best === undefined ||
          one.proof > best.proof ||
          (one.proof === best.proof &&
            (one.end > best.end || (one.end === best.end && one.score > best.score)))
        )
          best = one
      }
      reading.cut()
      ends.length = 0
      states.length = 0
      let state = machine.start
      let at = start
      while (state !== DEAD) {
        const accepts = machine.accepts(state)
        if (accepts !== undefined) {
          ends.push(at)
          states.push(accepts)
        }
        state = machine.step(state, reading.unit(at++))
      }
      if (reading.cut()) return start
      done.length = 0
      for (let i = ends.length - 1; i >= 0; i--) {
        for (const shape of states[i]!) {
          const one = known[shape]!
          if (done.includes(one.entity)) continue
          const match = judge(reading, context, one, start, ends[i]!)
          if (reading.cut()) return start
          if (match === undefined) continue
          done.push(one.entity)
          weigh(match)
        }
      }
      for (const { entity, one } of begun.get(unit) ?? []) {
        const match = one.at(reading, start, {
          named: isNamed[entity]!,
          context: (from, to) => context(entity, from, to, true),
        })
        if (reading.cut()) return start
        if (match) weigh({ ...match, entity })
      }
      if (best === undefined) continue
      const one: Found = best
      open = open.filter((other) => other.end > start)
      if (open.some((other) => other.proof >= one.proof)) continue
      open.push(one)
      found(one)
    }
    return text.length
  }
}
