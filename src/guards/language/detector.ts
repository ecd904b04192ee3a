import { readTable, type Table } from './table.ts'
import { isLetter } from './words.ts'

/** ISO 639-1; the table counts on their order. */
export const LANGUAGES = (
  'am ar az be bg bn ca cs da de el en es et eu fa fi fr gu he hi hr hu hy is it ja ka kn ko ku lo lt lv ml mr ms nl no ' +
  'or pa pl pt ro ru sk sl sq sr sv ta te th tl tr uk ur vi yo zh'
).split(' ')

/** Where an n-gram stands in its word; both when it is the word. */
const BEGINS = 1
const ENDS = 2
/** An n-gram has so many bytes of UTF-8 or, as a word, fewer; the next one begins with its last. */
const LENGTH = 4
const STRIDE = 3
/** What every weight is more than the table says. */
const BASE = 53
/** From the mean weight of an n-gram to a score of 0 to 1. */
const SCALE = 25

/** Twice and more what the table has. */
const SLOTS = 1 << 17
/** A longer word is read as several: 24 characters of three bytes each. */
const MAX_BYTES = 72

/** How sure it is of each language, by index, of 1. The array is the detector's own. */
export type Detector = (text: string, words: readonly number[]) => Float64Array

/** Of all guards. */
let opened: Promise<Table> | undefined

const hash = (key: number, place: number): number => Math.imul(key ^ (place << 28), 0x9e3779b1)

/**
 * Reads eld's table of what n-grams tell of languages, and scores as eld does; its own tables take 25 MB and four times as long.
 * Unlike eld it reads long words and long texts to their end, and counts n-grams that no language knows as often as they come.
 */
export async function openDetector(): Promise<Detector> {
  opened ??= readTable(LANGUAGES)
  const { sizes, bytes } = await opened
  /** Of each slot, the bytes, and from where on in `bytes` the languages stand, times four, with the place; 0 is empty. */
  const keys = new Int32Array(SLOTS)
  const values = new Int32Array(SLOTS)
  let at = 0
  for (const [place, size] of sizes.entries()) {
    let key = 0
    for (let i = 0; i < size; i++) {
      let more = 0
      for (let factor = 1, byte = 128; byte > 127; factor *= 128) {
        byte = bytes[at++]!
        more += (byte & 127) * factor
      }
      key += more
      let slot = hash(key, place) >>> 15
      while (values[slot] !== 0) slot = (slot + 1) % SLOTS
      keys[slot] = key
      values[slot] = at * 4 + place
      at += 1 + bytes[at]! * 2
    }
  }

  const scores = new Float64Array(LANGUAGES.length)
  /** In which text each slot was met last, as each n-gram counts once. */
  const met = new Uint32Array(SLOTS)
  let texts = 0
  let count = 0

  function add(key: number, place: number): void {
    let slot = hash(key, place) >>> 15
    for (; values[slot] !== 0; slot = (slot + 1) % SLOTS)
      if (keys[slot] === key && (values[slot]! & 3) === place) break
    const value = values[slot]!
    if (value !== 0) {
      if (met[slot] === texts) return
      met[slot] = texts
      const from = value >> 2
      for (let i = from + bytes[from]! * 2; i > from; i -= 2) scores[bytes[i - 1]!]! += bytes[i]! + BASE
    }
    count++
  }

  /** The bytes of a word. */
  const word = new Uint8Array(MAX_BYTES)
  let length = 0

  function end(): void {
    let from = 0
    for (; from + LENGTH < length; from += STRIDE) add(gram(from, LENGTH), from === 0 ? BEGINS : 0)
    const last = Math.min(LENGTH, length)
    if (last > 0) add(gram(length - last, last), from === 0 ? BEGINS | ENDS : ENDS)
    length = 0
  }
  function gram(from: number, size: number): number {
    let key = 0
    for (let i = from; i < from + size; i++) key = (key << 8) | word[i]!
    return key
  }

  return (text, words) => {
    const lower = small(text)
    scores.fill(0)
    texts = (texts + 1) >>> 0
    count = 0
    for (let i = 0; i < words.length; i += 2) {
      for (let at = words[i]!; at < words[i + 1]!; at++) {
        const unit = lower.charCodeAt(at)
        if (!isLetter(unit) && !(isApostrophe(unit) && isLetter(lower.charCodeAt(at + 1)))) end()
        else if (unit < 0x80) word[length++] = unit
        else if (unit < 0x800) {
          word[length++] = 0xc0 | (unit >> 6)
          word[length++] = 0x80 | (unit & 0x3f)
        } else {
          word[length++] = 0xe0 | (unit >> 12)
          word[length++] = 0x80 | ((unit >> 6) & 0x3f)
          word[length++] = 0x80 | (unit & 0x3f)
        }
        if (length > MAX_BYTES - 3) end()
      }
      end()
    }
    for (let i = 0; i < scores.length; i++) {
      const mean = scores[i]! / count
      scores[i] = count === 0 ? 0 : mean / (mean + SCALE)
    }
    return scores
  }
}

const isApostrophe = (unit: number): boolean => unit === 0x27 || unit === 0x2019

/** In small letters, each at its place: of all capitals only this one would become two. */
function small(text: string): string {
  const lower = text.toLowerCase()
  return lower.length === text.length ? lower : text.replaceAll('İ', 'i').toLowerCase()
}
