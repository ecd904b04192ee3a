/** Longer words are not misspelt ones, and the distance costs the product of both lengths. */
const MAX_WORD = 64
const MAX_LISTED = 16

/** Damerau-Levenshtein distance (optimal string alignment): insert, delete, replace, swap neighbours. */
export function distance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1]
      let least = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + (same ? 0 : 1))
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1])
        least = Math.min(least, beforeLast[column - 2]! + 1)
      current.push(least)
    }
    beforeLast = last
    last = current
  }
  return last[b.length]!
}

/** The word that was probably meant, if one is near enough: one mistake, two in a word of four letters, then one in three. */
export function nearest(word: string, words: Iterable<string>): string | undefined {
  if (word.length > MAX_WORD) return undefined
  let best: string | undefined
  let least = (word.length < 4 ? 1 : Math.max(2, Math.floor(word.length / 3))) + 1
  for (const candidate of words) {
    if (candidate.length > MAX_WORD) continue
    const far = distance(word.toLowerCase(), candidate.toLowerCase())
    if (far < least) {
      least = far
      best = candidate
    }
  }
  return best
}

/** `did you mean "match"?`, or what could stand there. */
export function suggest(word: string, words: Iterable<string>): string {
  const all = [...new Set(words)]
  const near = nearest(word, all)
  if (near !== undefined) return `did you mean "${near}"?`
  if (all.length === 0) return 'there is none to name'
  const listed = all.slice(0, MAX_LISTED).join(', ')
  return `write ${all.length === 1 ? '' : 'one of '}${listed}${all.length > MAX_LISTED ? ', ...' : ''}`
}
