import { type Automaton, automaton } from './automaton.ts'
import type { Canonical, Guard, Needles, Rule } from './types.ts'

/** The needles of all rules of a stage, looked for at once. */
export interface NeedleSet {
  machine: Automaton
  /** Of each word: whose it is, by index. */
  owners: readonly { rule: Rule; needle: number }[]
}

/** By the first of their guards: boundaries with the same guards share what was made. */
const machines = new WeakMap<Guard, { guards: readonly Guard[]; machine: Automaton }[]>()

function machineOf(guards: readonly Guard[]): Automaton {
  const made = machines.get(guards[0]!) ?? []
  machines.set(guards[0]!, made)
  const known = made.find(
    (one) => one.guards.length === guards.length && one.guards.every((g, i) => g === guards[i]),
  )
  if (known !== undefined) return known.machine
  const machine = automaton(guards.flatMap(({ needles = [] }) => needles))
  made.push({ guards, machine })
  return machine
}

const NONE: Needles['found'] = []
const sets = new WeakMap<readonly Rule[], NeedleSet | undefined>()

/**
 * Made once for the rules of a stage.
 * @throws Error when the needles together are too long
 */
export function needleSet(rules: readonly Rule[]): NeedleSet | undefined {
  if (sets.has(rules)) return sets.get(rules)
  const seeking = rules.filter(({ guard }) => guard.needles !== undefined && guard.needles.length > 0)
  const owners = seeking.flatMap((rule) => rule.guard.needles!.map((_, needle) => ({ rule, needle })))
  const set =
    seeking.length === 0 ? undefined : { machine: machineOf(seeking.map(({ guard }) => guard)), owners }
  sets.set(rules, set)
  return set
}

/** Where the needles of each rule stand in a text. */
export interface Sought {
  of(rule: Rule): Needles
}

/** Reads the text once for all rules. */
export function seek({ machine, owners }: NeedleSet, { text }: Canonical): Sought {
  const found = new Map<Rule, { needle: number; start: number; end: number }[]>()
  const state = machine.scan(text, 0, (word, end) => {
    const { rule, needle } = owners[word]!
    const one = { needle, start: machine.startOf(text, word, end), end }
    const known = found.get(rule)
    if (known === undefined) found.set(rule, [one])
    else known.push(one)
  })
  const open = machine.startOfState(text, state, text.length)
  return { of: (rule) => ({ found: found.get(rule) ?? NONE, open }) }
}
