import type { Language, Rule, Topic } from './types.ts'
import { Vocabulary } from './words.ts'

/** A rule as it runs: positions are bits, those that a word of the text can take are in its `Entry`. */
export interface Compiled {
  topic: Topic
  weight: number
  /** In which table, and where. */
  name: string
  /** The bit of its table. */
  table: number
  order: boolean
  clause: boolean
  retrieved: boolean
  /** Positions that any word takes, and those that may be missing. */
  any: number
  optional: number
  /** Active at the beginning. */
  first: number
  last: number
}

/** What is to be known of a word: by rule, the positions that it can take. */
export interface Entry {
  masks: Map<number, number>
  /** Rules that can begin with it. */
  heads: number[]
  /** In which tables it is one of these, as bits. */
  roles: Partial<Record<Role, number>>
}

/** Sets that are no part of a pattern but of what is asked around a match. */
const ROLES = ['lead', 'next', 'not', 'mention', 'other', 'asking'] as const
export type Role = (typeof ROLES)[number]

export interface Needle {
  text: string
  /** It is a word, and not only its beginning. */
  whole: boolean
  /** How many words of a match may stand before and after it. */
  behind: number
  ahead: number
  /** Which rules need it, and whether all of them are for what was retrieved. */
  rules: number[]
  retrieved: boolean
}

export interface Rulebook {
  rules: readonly Compiled[]
  vocabulary: Vocabulary<Entry>
  /** One of these stands in every match. */
  needles: readonly Needle[]
  /** By rule, the last stretch in which one of its needles stands. Stretches are counted on, from one text to the next. */
  due: { stretch: number; rules: Float64Array }
}

const MAX_POSITIONS = 30

interface Position {
  words: readonly string[]
  any: boolean
  optional: boolean
  needle: boolean
}

/**
 * Compiles tables, as they stand in `languages/`.
 * @throws Error for a pattern that cannot be read, a mistake in a table
 */
export function compile(
  tables: readonly (readonly [name: string, Language])[],
  topics: ReadonlySet<Topic>,
): Rulebook {
  const vocabulary = new Vocabulary<Entry>()
  const rules: Compiled[] = []
  const needles = new Map<string, Needle>()
  const blank = (): Entry => ({ masks: new Map(), heads: [], roles: {} })
  const entryOf = (word: string): Entry => vocabulary.entry(word.replace('*', ''), word.endsWith('*'), blank)

  for (const [order, [name, { sets, rules: table }]] of tables.entries()) {
    const own = 1 << order
    for (const role of ROLES)
      for (const word of forms((sets[role] ?? '').split(' ').filter(Boolean), sets)) {
        const { roles } = entryOf(word)
        roles[role] = (roles[role] ?? 0) | own
      }
    for (const [index, rule] of table.entries()) {
      if (!topics.has(rule[0])) continue
      const number = rules.length
      const { positions, ...compiled } = read(rule, `${name} ${index + 1}`, sets)
      rules.push({ ...compiled, table: own })
      positions.forEach((position, bit) => {
        for (const word of position.words) {
          const { masks, heads } = entryOf(word)
          masks.set(number, (masks.get(number) ?? 0) | (1 << bit))
          if ((compiled.first >> bit) & 1 && !heads.includes(number)) heads.push(number)
          if (!position.needle) continue
          const text = word.replace('*', '')
          const known = needles.get(text)
          needles.set(text, {
            text,
            whole: !word.endsWith('*') && known?.whole !== false,
            behind: Math.max(bit, known?.behind ?? 0),
            ahead: Math.max(positions.length - bit, known?.ahead ?? 0),
            rules: [...new Set([...(known?.rules ?? []), number])],
            retrieved: compiled.retrieved && known?.retrieved !== false,
          })
        }
      })
    }
  }
  settleStems(vocabulary)
  const due = { stretch: 0, rules: new Float64Array(rules.length) }
  return { rules, vocabulary, needles: [...needles.values()], due }
}

/** A whole word is also what each stem of it is. */
function settleStems(vocabulary: Vocabulary<Entry>): void {
  vocabulary.settle((entry, stem) => {
    for (const [rule, mask] of stem.masks) entry.masks.set(rule, (entry.masks.get(rule) ?? 0) | mask)
    for (const head of stem.heads) if (!entry.heads.includes(head)) entry.heads.push(head)
    for (const role of ROLES)
      if (stem.roles[role] !== undefined) entry.roles[role] = (entry.roles[role] ?? 0) | stem.roles[role]
  })
}

/** Canonical forms of words and of the sets that they name. Each is one word of text. */
function forms(words: readonly string[], sets: Language['sets']): string[] {
  const all = words.flatMap((word): string[] => {
    if (word.startsWith('@')) {
      const set = sets[word.slice(1)]
      if (set === undefined) throw new Error(`there is no set ${word}`)
      return forms(set.split(' ').filter(Boolean), sets)
    }
    const stem = word.endsWith('*') ? '*' : ''
    return Vocabulary.split(word.replace('*', '')).map((split) => {
      if (split.length !== 1) throw new Error(`${word} is more than one word, or none`)
      return `${split[0]}${stem}`
    })
  })
  return [...new Set(all)]
}

function read(
  [topic, weight, pattern]: Rule,
  name: string,
  sets: Language['sets'],
): Omit<Compiled, 'table'> & { positions: Position[] } {
  const positions: Position[] = []
  const marks = { order: false, clause: false, retrieved: false }
  const fail = (what: string): never => {
    throw new Error(`${name}, ${pattern}: ${what}`)
  }
  for (const element of pattern.split(' ').filter(Boolean)) {
    const count = Number(element.slice(1))
    if (element === '^') marks.order = true
    else if (element === '#') marks.retrieved = true
    else if (element === '$') marks.clause = true
    else if (/^[%~]\d+$/.test(element)) {
      const any = element.startsWith('~')
      const words = any ? [] : forms(['@fill'], sets)
      for (let i = 0; i < count; i++) positions.push({ words, any, optional: true, needle: false })
    } else {
      const [, alternatives, flags] = /^(.+?)([?!]*)$/.exec(element)!
      const words = forms(alternatives!.split('|'), sets)
      const optional = flags!.includes('?')
      positions.push({ words, any: false, optional, needle: flags!.includes('!') })
    }
  }
  if (positions.length > MAX_POSITIONS) fail('it is too long')
  const required = positions.filter(({ optional }) => !optional)
  if (required.length === 0) fail('nothing of it must stand there')
  if (!required.some(({ needle }) => needle)) required[0]!.needle = true
  if (positions.some(({ needle, optional }) => needle && optional)) fail('what may be missing is no needle')
  if (positions[0]!.any || positions.at(-1)!.any) fail('it begins or ends with any word')
  const mask = (of: (position: Position) => boolean): number =>
    positions.reduce((bits, position, i) => (of(position) ? bits | (1 << i) : bits), 0)
  const optional = mask((position) => position.optional)
  const first = reach(1, optional)
  const any = mask((position) => position.any)
  return { topic, weight, name, ...marks, any, optional, first, last: 1 << positions.length, positions }
}

/** The positions that are open when those are, as some may be missing. */
export function reach(open: number, optional: number): number {
  let all = open
  for (let next = (all & optional) << 1; (next & ~all) !== 0; next = (all & optional) << 1) all |= next
  return all
}
