import type { Match } from './match.ts'

/** What is enough to say so, and enough to mention it. */
export const SURE = 0.9
export const SUSPECTED = 0.6
/** Evidence adds up over so many canonical characters. */
const SPAN = 1500
/** A part in which so much was found has been judged. */
const MOST = 64

export interface Evidence {
  start: number
  end: number
  /** 0 to 1. */
  score: number
  sure: boolean
  topics: readonly string[]
}

/**
 * Adds up matches that stand near each other: each rule counts once, as if they were independent. What is given is the
 * match that completed the evidence. Where something is sure, what is only suspected is left out.
 */
export function weigh(matches: readonly Match[]): Evidence[] {
  const sorted = [...matches].sort((a, b) => a.start - b.start || b.end - a.end)
  const found: Evidence[] = []
  let first = 0
  const doubt = new Map<string, number>()
  for (let i = 0; i < sorted.length && found.length < MOST; i++) {
    const { rule, start, end } = sorted[i]!
    while (start - sorted[first]!.start > SPAN) first++
    doubt.clear()
    let left = 1
    const topics = new Set([rule.topic])
    for (let j = Math.max(first, i - MOST); j <= i; j++) {
      const { rule: other, weight } = sorted[j]!
      const before = doubt.get(other.name) ?? 1
      if (1 - weight >= before) continue
      left *= (1 - weight) / before
      doubt.set(other.name, 1 - weight)
      topics.add(other.topic)
    }
    const score = Math.round((1 - left) * 100) / 100
    if (score < SUSPECTED) continue
    const last = found.at(-1)
    const sure = score >= SURE
    // Rules often find the same words.
    if (last !== undefined && start < last.end && sure === last.sure) {
      last.end = Math.max(last.end, end)
      last.score = Math.max(last.score, score)
    } else found.push({ start, end, score, sure, topics: [...topics] })
  }
  return found.some(({ sure }) => sure) ? found.filter(({ sure }) => sure) : found.slice(0, 1)
}
