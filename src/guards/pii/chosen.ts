import { ENTITIES } from './entities/index.ts'
import type { Entity } from './entity.ts'

const GROUPS = new Set(ENTITIES.flatMap(({ groups }) => groups))
const NAMES = new Set(ENTITIES.map(({ name }) => name))

/** What `entities:` may say. */
export const isKnown = (word: string): boolean => NAMES.has(word) || GROUPS.has(word)

/** The entities that names and groups stand for, in one order; those of the default set when absent. */
export const chosen = (words: readonly string[] | undefined): readonly Entity[] =>
  words === undefined
    ? ENTITIES.filter((entity) => entity.default)
    : ENTITIES.filter(
        ({ name, groups }) => words.includes(name) || groups.some((group) => words.includes(group)),
      )

/** How many letters tell two words apart (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)))
    row = next
  }
  return row[b.length]!
}

/** What to write instead of a word that is neither entity nor group. */
export function unknown(word: string): string {
  const asked = word.toLowerCase().slice(0, 40).replaceAll('-', '_')
  const near = [...NAMES, ...GROUPS]
    .map((name) => ({
      name,
      far: name.includes(asked) || name.split('_').some((part) => asked === part) ? 1 : distance(asked, name),
    }))
    .filter(({ name, far }) => far <= Math.max(1, name.length / 3))
    .sort((a, b) => a.far - b.far)
    .slice(0, 3)
    .map(({ name }) => name)
  const groups = `groups: ${[...GROUPS].sort().join(', ')}`
  return near.length > 0
    ? `there is no entity or group ${JSON.stringify(word)}; did you mean ${near.join(' or ')}?`
    : `there is no entity or group ${JSON.stringify(word)}; ${groups}`
}
