import { type Language, NAMES, SHAPES } from './shapes.ts'

/** How much a line looks like a language. */
export interface Score {
  strong: 0 | 2 | 3
  weak: 0 | 1
  fenced?: true
}

/** What a line says of languages, by their place in the list; undefined where it says nothing of any. */
export type Judge = (line: string) => readonly (readonly [language: number, Score])[] | undefined

const WHOLE: Score = { strong: 3, weak: 0 }
const STRONG: Score = { strong: 2, weak: 0 }
const WEAK: Score = { strong: 0, weak: 1 }
const FENCED: Score = { strong: 3, weak: 0, fenced: true }

const FENCE = /^(?:`{3,}|~{3,})[ \t]*\{?\.?([\w+#-]*)/
const ENDED = /[.?!]["')]*$/
const PROSE = /[a-z,]['")]? [a-z]/
const SIGNS = /[`$|;{}=<>\\]/

/** One of these is in every line that has a shape which it does not begin with. */
const WITHIN = /[|=&$\\[{(;<>`]|\s-|UNION/i

/** Scores lines for these languages. */
export function judgeOf(languages: readonly Language[]): Judge {
  const byName = new Map<string, number>()
  for (const [i, language] of languages.entries())
    for (const name of NAMES[language].split(' ')) byName.set(name, i)
  // Whatever it is, it stands between fences.
  const fenced = languages.map((_, i) => [i, WEAK] as const)
  const shapes = languages.map((language) => {
    const { whole = [], strong, weak } = SHAPES[language]
    return { whole: oneOf(whole), strong: oneOf(strong), weak: oneOf(weak) }
  })
  const all = oneOf(languages.flatMap((each) => Object.values(SHAPES[each]).flat() as RegExp[]))

  return (line) => {
    const fence = FENCE.exec(line)
    if (fence !== null) {
      const language = byName.get(fence[1]!.toLowerCase())
      if (language !== undefined) return [[language, FENCED]]
      return fence[1] === '' ? fenced : undefined
    }
    // Nearly all prose ends here.
    if (!all(line) || isSentence(line)) return undefined
    const scores: [number, Score][] = []
    for (const [i, { whole, strong, weak }] of shapes.entries()) {
      const score = whole(line) ? WHOLE : strong(line) ? STRONG : weak(line) ? WEAK : undefined
      if (score !== undefined) scores.push([i, score])
    }
    return scores
  }
}

function isSentence(line: string): boolean {
  return ENDED.test(line) && PROSE.test(line) && !SIGNS.test(line)
}

/**
 * Whether one of the shapes fits. Joined, as many expressions one by one take many times as long; those that a line begins
 * with apart, as the others are tried at each of its places.
 */
function oneOf(shapes: readonly RegExp[]): (line: string) => boolean {
  const group = (anchored: boolean, flags: string): RegExp | undefined => {
    const those = shapes.filter(
      ({ source, flags: of }) => source.startsWith('^') === anchored && of === flags,
    )
    return those.length === 0
      ? undefined
      : new RegExp(those.map(({ source }) => `(?:${source})`).join('|'), flags)
  }
  const begins = [group(true, ''), group(true, 'i')].filter((each) => each !== undefined)
  const holds = [group(false, ''), group(false, 'i')].filter((each) => each !== undefined)
  return (line) => {
    for (const each of begins) if (each.test(line)) return true
    if (holds.length === 0 || !WITHIN.test(line)) return false
    for (const each of holds) if (each.test(line)) return true
    return false
  }
}
