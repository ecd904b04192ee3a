import { RE2JS } from 're2js'
import { automaton } from '../../core/automaton.ts'
import { parse, source } from './parse.ts'
import { measure, type Needles } from './reach.ts'
import type { Finder, Found } from './words.ts'

const MAX_LENGTH = 1024
/** Starts of matches that are looked for in one go: RE2's fast test runs first, and on most stretches that is all. */
const STRETCH = 512
/** Characters that its slower search may read in one look (about a second): a text made of matches is refused instead. */
const MAX_WORK = 1 << 23

interface Pattern {
  regexp: RE2JS
  /** The most UTF-16 units of a match. */
  length: number
  needles: Needles | undefined
}

const isHigh = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff
const isLow = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff
const insidePair = (text: string, at: number): boolean =>
  at > 0 && isLow(text.charCodeAt(at)) && isHigh(text.charCodeAt(at - 1))

function compile(pattern: string, index: number): Pattern {
  const where = `patterns, number ${index + 1}`
  try {
    const node = parse(pattern)
    const { min, max, characters, needles } = measure(node)
    if (min === 0) throw new Error('it matches nothing at all; make something in it required')
    if (characters > MAX_LENGTH) {
      throw new Error(`it can match ${characters} characters; write smaller bounds, ${MAX_LENGTH} in all`)
    }
    const regexp = RE2JS.compile(source(node), RE2JS.CASE_INSENSITIVE)
    return { regexp, length: max, needles }
  } catch (error) {
    throw new Error(`${where}: ${error instanceof Error ? error.message : 'it is not valid'}`)
  }
}

/** Those of the patterns that have no literal to look for first, as their place in the list. */
export const bare = (patterns: readonly string[]): number[] =>
  patterns.map((pattern, i) => (compile(pattern, i).needles ? -1 : i)).filter((i) => i >= 0)

/**
 * Finds patterns, each leftmost and without overlap. A match is given once all that could lengthen it has been seen.
 * @throws Error that says what to write instead
 */
export function patterns(list: readonly string[]): Finder {
  const compiled = list.map(compile)
  const needles = [...new Set(compiled.flatMap((pattern) => pattern.needles?.words ?? []))]
  const machine = automaton(needles)
  const owners = needles.map((needle) =>
    compiled.flatMap((pattern, i) => (pattern.needles?.words.includes(needle) ? [i] : [])),
  )

  /** Stretches of starts, by rising start, that can hold a match of a pattern. */
  const windows = ({ length, needles }: Pattern, at: readonly number[], from: number, last: number) => {
    if (!needles) return from <= last ? [[from, last] as [number, number]] : []
    const all: [number, number][] = []
    for (const start of [...at].sort((a, b) => a - b)) {
      const high = Math.min(last, start - needles.nearest)
      const low = Math.max(from, start - needles.farthest)
      if (high < low) continue
      const before = all.at(-1)
      // Never two windows over the same characters: the cost stays linear however dense the literals are.
      if (before && low <= before[1] + length) before[1] = Math.max(before[1], high)
      else all.push([low, high])
    }
    return all
  }

  return {
    longest: Math.max(0, ...compiled.map(({ length, needles }) => length + 1 + (needles?.farthest ?? 0))),
    find(text, from, final) {
      const at: number[][] = compiled.map(() => [])
      let begun = text.length
      if (needles.length > 0) {
        const state = machine.scan(text, from, (needle, end) => {
          for (const owner of owners[needle]!) at[owner]!.push(end - needles[needle]!.length)
        })
        begun -= machine.depth(state)
      }
      const found: Found[] = []
      let tail = text.length
      let work = 0
      compiled.forEach((pattern, i) => {
        const { regexp, length, needles } = pattern
        const last = final ? text.length - 1 : text.length - length - 1
        let next = from
        for (const [low, high] of windows(pattern, at[i]!, from, last)) {
          let start = Math.max(low, next)
          while (start <= high) {
            if (insidePair(text, start)) start++
            const stop = Math.min(high, start + STRETCH)
            const left = Math.max(0, start - 1)
            const stretch = text.slice(left, stop + length + 1)
            const matcher = regexp.test(stretch) ? regexp.matcher(stretch) : undefined
            while (start <= stop && matcher?.find(start - left) && left + matcher.start() <= stop) {
              const end = left + matcher.end()
              found.push({
                code: 'keywords.patterns',
                reason: `pattern ${i + 1}`,
                start: left + matcher.start(),
                end,
              })
              work += end - start + length
              if (work > MAX_WORK) throw new Error('the text has too many matches of the patterns')
              next = end
              start = end
            }
            if (matcher) work += stretch.length
            if (work > MAX_WORK) throw new Error('the text has too many matches of the patterns')
            start = Math.max(start, stop + 1)
          }
        }
        if (final) return
        let open = needles ? begun - needles.farthest : last + 1
        if (needles) {
          for (const start of at[i]!) {
            if (start - needles.nearest > last) open = Math.min(open, start - needles.farthest)
          }
        }
        tail = Math.min(tail, Math.max(open, last + 1, next))
      })
      return { found, tail: Math.max(tail, from) }
    },
  }
}
