import type { Canonical } from '../types.ts'
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
  if (form.length === 1) {
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
    span: (start, end) => [offset + clamp(start), offset + clamp(end)],
    origin: (index) => offset + clamp(index),
    index: (at) => clamp(at - offset),
  }
}

const PIECE = 4096

function decode(out: Uint16Array, length: number): string {
  let text = ''
  for (let at = 0; at < length; at += PIECE) {
    text += String.fromCharCode.apply(
      undefined,
      out.subarray(at, Math.min(at + PIECE, length)) as unknown as number[],
    )
  }
  return text
}

/**
 * The canonical reading of `text`, which begins at `offset` (UTF-16 units) of its part. Made code point by code
 * point, so that the reading of two texts joined is their readings joined, unless a surrogate pair is cut.
 * Time and memory are linear in the text.
 */
export function canonicalise(text: string, offset: number): Canonical {
  // One curly quote is no reason to take all that comes before it apart.
  const head = text.search(NOT_PLAIN)
  if (head < 0) return plain(text, offset)

  let out = new Uint16Array(text.length - head + 64)
  /** Where the canonical characters from `head` on stand in the text. */
  let starts = new Uint32Array(out.length)
  let count = 0
  const put = (form: string, at: number): void => {
    if (count + form.length + text.length - at > out.length) {
      const wider = new Uint16Array((count + form.length + text.length - at) * 2)
      wider.set(out)
      out = wider
      const longer = new Uint32Array(wider.length)
      longer.set(starts)
      starts = longer
    }
    for (let i = 0; i < form.length; i++) {
      out[count] = form.charCodeAt(i)
      starts[count++] = at
    }
  }
  for (let at = head; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    const known = units[unit]! || learn(unit)
    if (isHigh(unit) && isLow(text.charCodeAt(at + 1))) {
      put(astralForm(text.codePointAt(at)!), at)
      at++
    } else if (known !== MANY) {
      out[count] = known
      starts[count++] = at
    } else put(forms.get(unit)!, at)
  }
  const length = head + count
  const startOf = (index: number): number => (index < head ? index : starts[index - head]!)
  const origin = (index: number): number =>
    offset + (index < 0 ? 0 : index < length ? startOf(index) : text.length)
  return {
    text: text.slice(0, head).toLowerCase() + decode(out, count),
    origin,
    span(start, end) {
      const first = origin(start)
      if (end <= start) return [first, first]
      const last = startOf(Math.min(end, length) - 1)
      return [first, offset + last + width(text, last)]
    },
    index(at) {
      if (at - offset <= head) return Math.max(0, at - offset)
      let low = head
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
