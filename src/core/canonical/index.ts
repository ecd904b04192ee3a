import type { Canonical } from '../types.ts'
import { unitsOf } from '../units.ts'
import { foldPoint } from './fold.ts'

/** What is not its own canonical form but for its case. */
const NOT_PLAIN = /[^\t-\r\x20-\x7e]/

const ASTRAL_LIMIT = 4096
const MANY = 1
/** Unit → its canonical unit; 0 is not known yet, 1 says that the form is not one unit and stands in `forms`. */
const units = new Uint16Array(0x10000)
const forms = new Map<number, string>()
const astral = new Map<number, string>()

function learn(unit: number): number {
  const form = foldPoint(unit)
  // What a high surrogate is depends on the next unit.
  if (form.length === 1 && !isHigh(unit)) {
    units[unit] = form.charCodeAt(0)
    return units[unit]!
  }
  forms.set(unit, form)
  units[unit] = MANY
  return MANY
}

function astralForm(point: number): string {
  let form = astral.get(point)
  if (form === undefined) {
    form = foldPoint(point)
    if (astral.size >= ASTRAL_LIMIT) astral.clear()
    astral.set(point, form)
  }
  return form
}

const isHigh = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff
const isLow = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff

/** How many units the code point at `at` has. */
const width = (text: string, at: number): 1 | 2 =>
  isHigh(text.charCodeAt(at)) && isLow(text.charCodeAt(at + 1)) ? 2 : 1

function plain(text: string, offset: number): Canonical {
  const clamp = (index: number): number => (index < 0 ? 0 : index > text.length ? text.length : index)
  return {
    text: text.toLowerCase(),
    same: text.length,
    span: (start, end) => [offset + clamp(start), offset + clamp(end)],
    origin: (index) => offset + clamp(index),
    index: (at) => clamp(at - offset),
  }
}

/** Where the canonical form is made; what was needed for a longer text is not kept. */
const KEPT = 65_536
let kept = new Uint16Array(4096)
const narrow = Buffer.alloc(KEPT)

/** One byte for each where that is enough: such texts are read faster. */
function written(out: Uint16Array, length: number): string {
  const bytes = length <= KEPT ? narrow : Buffer.allocUnsafe(length)
  let all = 0
  for (let i = 0; i < length; i++) {
    const unit = out[i]!
    bytes[i] = unit
    all |= unit
  }
  return all > 0xff
    ? Buffer.from(out.buffer).toString('utf16le', 0, 2 * length)
    : bytes.toString('latin1', 0, length)
}

/** Writes the forms of units that have one unit each, as nearly all have, up to the first that has not. By itself, as it is fast. */
function singles(source: Uint16Array, from: number, length: number, out: Uint16Array, count: number): number {
  const shift = count - from
  let at = from
  for (; at < length; at++) {
    const known = units[source[at]!]!
    if (known <= MANY) break
    out[at + shift] = known
  }
  return at
}

/**
 * The canonical reading of `text`, which begins at `offset` (UTF-16 units) of its part. Made code point by code
 * point, so that the reading of two texts joined is their readings joined, unless a surrogate pair is cut.
 * Time and memory are linear in the text.
 */
export function canonicalise(text: string, offset: number): Canonical {
  if (!NOT_PLAIN.test(text)) return plain(text, offset)
  const source = unitsOf(text)
  let out = kept
  let count = 0
  /** The first so many canonical characters stand where they do in the text, the others where it says. */
  let same = 0
  let starts: Uint32Array | undefined
  const room = (more: number, at: number): void => {
    const least = count + more + text.length - at
    if (least > out.length) {
      const wider = new Uint16Array(2 * least)
      wider.set(out)
      out = wider
      if (wider.length <= KEPT) kept = wider
    }
    if (starts !== undefined && least - same > starts.length) {
      const longer = new Uint32Array(out.length - same)
      longer.set(starts)
      starts = longer
    }
  }
  const put = (form: string, at: number): void => {
    if (starts === undefined) {
      same = count
      starts = new Uint32Array(form.length + text.length - at + 64)
    }
    room(form.length, at)
    for (let i = 0; i < form.length; i++) {
      out[count] = form.charCodeAt(i)
      starts[count++ - same] = at
    }
  }
  room(0, 0)
  for (let at = 0; at < text.length; ) {
    const next = singles(source, at, text.length, out, count)
    if (starts !== undefined) for (let i = at; i < next; i++) starts[count - same + i - at] = i
    count += next - at
    at = next
    if (at === text.length) break
    const unit = source[at]!
    if (units[unit] === 0 && learn(unit) !== MANY) continue
    if (isHigh(unit) && isLow(source[at + 1]!)) {
      put(astralForm(text.codePointAt(at)!), at)
      at += 2
    } else put(forms.get(unit)!, at++)
  }
  const length = count
  if (starts === undefined) same = length
  const startOf = (index: number): number => (index < same ? index : starts![index - same]!)
  const origin = (index: number): number =>
    offset + (index < 0 ? 0 : index < length ? startOf(index) : text.length)
  return {
    text: written(out, length),
    same,
    origin,
    span(start, end) {
      const first = origin(start)
      if (end <= start) return [first, first]
      const last = startOf(Math.min(end, length) - 1)
      return [first, offset + last + width(text, last)]
    },
    index(at) {
      if (at - offset <= same) return Math.max(0, at - offset)
      let low = same
      let high = length
      while (low < high) {
        const middle = (low + high) >>> 1
        if (startOf(middle) + offset < at) low = middle + 1
        else high = middle
      }
      return low
    },
  }
}

/**
 * The offset up to which a view that begins at `offset` is settled when canonical character `index` may still begin a hit.
 * It is the end of the seen character before it, not the start of the one at it: so the neighbour by which a guard
 * judges a boundary always stands right before `from`, however many unseen characters lie between.
 */
export function settledBefore(canonical: Canonical, index: number, offset: number): number {
  let at = index
  while (at > 0 && canonical.origin(at) === canonical.origin(at - 1)) at--
  return at > 0 ? canonical.span(at - 1, at)[1] : offset
}
