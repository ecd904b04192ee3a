import { type Compiled, type Entry, type Role, type Rulebook, reach } from './compile.ts'
import { back, EDGE, forth, QUOTE, STOP, type Words } from './words.ts'

/** A place where a rule holds, in canonical text. */
export interface Match {
  rule: Pick<Compiled, 'topic' | 'name' | 'weight'>
  start: number
  end: number
  /** What it weighs here: as much as its rule, less where it is spoken of and not said. */
  weight: number
}

/** What a match weighs that needs no other. */
export const SURE = 0.9
/** A stretch in which so often something sure was found has been judged, and the text with it. */
const ENOUGH = 256

/** Where the rules hold. Time is linear in the text, whatever stands in it. */
export function match(
  { rules, vocabulary, needles, due }: Rulebook,
  text: string,
  places: readonly { needle: number; start: number; end: number }[],
  retrieved: boolean,
): Match[] {
  const matches: Match[] = []
  if (places.length === 0) return matches
  for (const { start, end, found } of stretches(needles, text, places)) {
    const index = ++due.stretch
    for (const needle of found) for (const rule of needles[needle]!.rules) due.rules[rule] = index
    const asked = (number: number): boolean =>
      due.rules[number] === index && (retrieved || !rules[number]!.retrieved)
    const near = vocabulary.read(text, start, end)
    if (!holds(rules, near, asked)) continue
    // Only now what stands around it matters.
    const words = vocabulary.read(text, back(text, start, AROUND, 0), forth(text, end, AROUND))
    if (!collect(rules, words, asked, start, end, matches)) break
  }
  return matches
}

interface Stretch {
  start: number
  end: number
  found: number[]
}

/** The text around needles in which a match with one of them stands, by rising start, none twice. */
function stretches(
  needles: Rulebook['needles'],
  text: string,
  places: readonly { needle: number; start: number; end: number }[],
): Stretch[] {
  const united: Stretch[] = []
  const each = places.map(({ needle, start, end }): Stretch => {
    const { behind, ahead } = needles[needle]!
    return { start: back(text, start, behind, 0), end: forth(text, end, ahead), found: [needle] }
  })
  for (const one of each.sort((a, b) => a.start - b.start)) {
    const last = united.at(-1)
    if (last === undefined || one.start > last.end) united.push(one)
    else {
      last.end = Math.max(last.end, one.end)
      last.found.push(one.found[0]!)
    }
  }
  return united
}

type Asked = (rule: number) => boolean

function holds(rules: readonly Compiled[], words: Words<Entry>, asked: Asked): boolean {
  for (let first = 0; first < words.count; first++)
    for (const number of words.entries[first]?.heads ?? NONE)
      if (asked(number) && run(rules[number]!, number, words, first) >= 0) return true
  return false
}

const NONE: readonly number[] = []

/** Adds the matches that begin in [from, to); false when there are more than enough. */
function collect(
  rules: readonly Compiled[],
  words: Words<Entry>,
  asked: Asked,
  from: number,
  to: number,
  matches: Match[],
): boolean {
  let sure = 0
  for (let first = 0; first < words.count; first++) {
    const start = words.starts[first]!
    if (start < from) continue
    if (start >= to) break
    for (const number of words.entries[first]?.heads ?? NONE) {
      if (!asked(number)) continue
      const rule = rules[number]!
      const last = run(rule, number, words, first)
      if (last < 0) continue
      const weight = rule.weight * trust(rule, words, first, last)
      if (weight <= 0) continue
      matches.push({ rule, start, end: words.ends[last]!, weight })
      if (weight >= SURE) sure++
    }
    if (sure > ENOUGH) return false
  }
  return true
}

/** The last word of the shortest match that begins with the word `first`, or -1. */
function run(rule: Compiled, number: number, words: Words<Entry>, first: number): number {
  let open = rule.first
  for (let i = first; i < words.count; i++) {
    // Where any word may stand, the sentence goes on.
    if (i > first && rule.any !== 0 && (words.before[i]! & STOP) !== 0) return -1
    const taken = (words.entries[i]?.masks.get(number) ?? 0) | rule.any
    open = reach((open & taken) << 1, rule.optional)
    if (open === 0) return -1
    if ((open & rule.last) !== 0 && (!rule.clause || clauseEnds(rule, words, i + 1))) return i
  }
  return -1
}

const has = (rule: Compiled, words: Words<Entry>, at: number, role: Role): boolean =>
  at >= 0 && at < words.count && ((words.entries[at]?.roles[role] ?? 0) & rule.table) !== 0

const clauseEnds = (rule: Compiled, words: Words<Entry>, at: number): boolean =>
  at >= words.count || (words.before[at]! & EDGE) !== 0 || has(rule, words, at, 'next')

/** How far around a match it is asked whether it is only spoken of. */
const NEAR = 3
const AROUND = 12

/** 1 where it is said, less where it stands in a sentence about it, 0 where the opposite is said. */
function trust(rule: Compiled, words: Words<Entry>, first: number, last: number): number {
  let sentence = first
  while (sentence > 0 && first - sentence < AROUND && (words.before[sentence]! & STOP) === 0) sentence--
  const edge = (words.before[first]! & EDGE) !== 0
  if (!edge)
    for (let i = Math.max(sentence, first - NEAR); i < first; i++) if (has(rule, words, i, 'not')) return 0
  // `mot pour mot` speaks of no word.
  const mentions = (i: number): boolean =>
    has(rule, words, i, 'mention') &&
    words.entries[i] !== words.entries[i - 2] &&
    words.entries[i] !== words.entries[i + 2]
  let mentioned = 0
  let someone = false
  let others = false
  for (let i = sentence; i < first; i++) {
    if (mentions(i)) mentioned++
    if (has(rule, words, i, 'other')) someone = true
    else if (someone && has(rule, words, i, 'asking')) others = true
  }
  for (let i = last + 1; i < Math.min(words.count, last + 6) && (words.before[i]! & STOP) === 0; i++) {
    // `and translate this sentence as ...` is the next order.
    if (has(rule, words, i, 'next')) break
    if (mentions(i)) mentioned++
  }
  const quoted = (words.before[first]! & QUOTE) !== 0
  if (others && !edge) return 0.3
  if (mentioned > (quoted ? 0 : 1)) return 0.3
  if (rule.order && !edge && !has(rule, words, first - 1, 'lead')) return 0.5
  return 1
}
