import { type Match, SURE } from './match.ts'

const SUSPECTED = 0.6
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
 * match that completed the evidence. What several rules find in the same words is evidence once. Where something is sure, what is only suspected is left out.
 */
export function weigh(matches: readonly Match[]): Evidence[] {
  const found: Evidence[] = []
  /** Of each rule what it weighs, and where. */
  const near = new Map<string, Match>()
  for (const one of apart(matches)) {
    if (found.length >= MOST) break
    const { rule, start, end } = one
    const before = near.get(rule.name)
    if (before === undefined || before.weight <= one.weight || start - before.start > SPAN)
      near.set(rule.name, one)
    let left = 1
    const topics = new Set([rule.topic])
    for (const [name, other] of near)
      if (start - other.start > SPAN) near.delete(name)
      else {
        left *= 1 - other.weight
        topics.add(other.rule.topic)
      }
    const score = Math.round((1 - left) * 100) / 100
    if (score < SUSPECTED) continue
    const sure = score >= SURE
    if (sure || found.length === 0) found.push({ start, end, score, sure, topics: [...topics] })
  }
  return found.some(({ sure }) => sure) ? found.filter(({ sure }) => sure) : found.slice(0, 1)
}

/** By rising start and without overlap: of those that overlap the strongest stands for all. */
function apart(matches: readonly Match[]): Match[] {
  const united: Match[] = []
  for (const one of [...matches].sort((a, b) => a.start - b.start || b.end - a.end)) {
    const last = united.at(-1)
    if (last === undefined || one.start >= last.end) united.push(one)
    else {
      const { rule, weight } = one.weight > last.weight ? one : last
      united[united.length - 1] = { rule, weight, start: last.start, end: Math.max(last.end, one.end) }
    }
  }
  return united
}
