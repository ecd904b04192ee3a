import { machine, number, ratio, short, table } from '../format.ts'
import { type Cell, median, PACED_STREAM } from '../measure.ts'

export const PEER_TARGETS = [
  'bare proxy',
  'empty boundary',
  'default boundary',
  'JWT, limits in memory',
  'JWT, limits in Redis',
  'Portkey',
  'Portkey, two guardrails',
  'LiteLLM',
] as const
export type PeerTarget = (typeof PEER_TARGETS)[number]

/** What this machine could not run. */
export interface Absent {
  target: PeerTarget
  why: string
}

export interface PeersMeasured {
  quick: boolean
  /** Of the whole run. */
  seconds: number
  cells: readonly Cell<PeerTarget>[]
  /** Resident MB after the start, and after all that load. */
  memory: ReadonlyMap<PeerTarget, { idle: number; loaded: number }>
  absent: readonly Absent[]
  versions: readonly string[]
}

/** How many times the throughput of `base`, round by round. */
const times = (cell: Cell<PeerTarget>, base: Cell<PeerTarget>): number =>
  median(cell.rates.map((rate, round) => rate / base.rates[round]!))

const BUDGETS: readonly { of: PeerTarget; to: PeerTarget; least: number }[] = [
  { of: 'JWT, limits in memory', to: 'Portkey', least: 4 },
  { of: 'JWT, limits in memory', to: 'LiteLLM', least: 40 },
  { of: 'JWT, limits in memory', to: 'bare proxy', least: 0.5 },
  { of: 'JWT, limits in Redis', to: 'bare proxy', least: 0.35 },
]

function budgets({ cells, absent }: PeersMeasured): string {
  const at = (target: PeerTarget) =>
    cells.find((cell) => cell.target === target && cell.workload === '1 KB' && cell.connections === 32)
  return table(
    ['Throughput, 1 KB, 32 connections', 'budget', 'measured', 'met'],
    BUDGETS.map(({ of, to, least }) => {
      const what = [`${of}, beside ${to}`, `≥ ${least}`]
      const [cell, base] = [at(of), at(to)]
      if (cell === undefined || base === undefined)
        return [
          ...what,
          `not measured: ${absent.find(({ target }) => target === of || target === to)!.why}`,
          '**no**',
        ]
      const measured = times(cell, base)
      return [...what, ratio(measured), measured >= least ? 'yes' : '**no**']
    }),
  )
}

type Column = readonly [
  head: string,
  show: (cell: Cell<PeerTarget>, row: readonly Cell<PeerTarget>[]) => string,
]

const besideOf = (base: PeerTarget): Column => [
  `times ${base}`,
  (cell, row) => {
    const other = row.find(({ target }) => target === base)
    return other === undefined ? '–' : short(times(cell, other))
  },
]
const CPU: Column = ['CPU a call', ({ cpu }) => number(cpu * 1000, 0)]
const FIRST: Column = [
  'first token, p50 / p99',
  ({ first50, first99 }) => `${short(first50!)} / ${short(first99!)}`,
]
const WHOLE: readonly Column[] = [
  ['calls a second', ({ rate }) => number(rate, 0)],
  ...(['bare proxy', 'Portkey', 'LiteLLM'] as const).map(besideOf),
  ['p50 / p99', ({ p50, p99 }) => `${short(p50)} / ${short(p99)}`],
]
/** How many calls end says nothing where the upstream waits. */
const PACED: readonly Column[] = [
  FIRST,
  [
    'p50 more than bare proxy',
    (cell, row) => short(cell.first50! - row.find(({ target }) => target === 'bare proxy')!.first50!),
  ],
  CPU,
]

/** A row for each target, in one workload. */
function rows(row: readonly Cell<PeerTarget>[], absent: readonly Absent[]): string {
  const streams = row[0]!.first50 !== undefined
  const columns =
    row[0]!.workload === PACED_STREAM.name ? PACED : [...WHOLE, ...(streams ? [FIRST] : []), CPU]
  return table(
    ['', ...columns.map(([head]) => head)],
    PEER_TARGETS.map((target) => {
      const cell = row.find((each) => each.target === target)
      if (cell !== undefined) return [target, ...columns.map(([, show]) => show(cell, row))]
      const why = absent.find((each) => each.target === target)!.why
      return [target, `not measured: ${why}`, ...columns.slice(1).map(() => '')]
    }),
  )
}

function groups(cells: readonly Cell<PeerTarget>[]): Map<string, Cell<PeerTarget>[]> {
  const all = new Map<string, Cell<PeerTarget>[]>()
  for (const cell of cells) {
    const name = `${cell.workload}, ${cell.connections} ${cell.connections === 1 ? 'connection' : 'connections'}`
    all.set(name, [...(all.get(name) ?? []), cell])
  }
  return all
}

const memory = ({ memory }: PeersMeasured): string =>
  table(
    ['', 'idle', 'after the load'],
    [...memory].map(([target, { idle, loaded }]) => [target, number(idle, 0), number(loaded, 0)]),
  )

/** `peers.md`. */
export function peersReport(measured: PeersMeasured): string {
  const { quick, seconds, cells, absent, versions } = measured
  return `# Beside other gateways

Written by \`npm run bench -- --peers${quick ? ' --quick' : ''}\` in ${number(seconds, 0)} s; [README.md](README.md) says how it is measured, and
[performance.md](../docs/performance.md) what it does not show. *Times X* is the throughput beside that of X in the same round.
Latencies are in ms; CPU, of all processes of the target, in µs.

${machine()}
Beside it: ${versions.join('; ')}.

${quick ? 'A quick run: nothing is warm yet.\n\n' : ''}## Budgets

${budgets(measured)}

${[...groups(cells)].map(([name, row]) => `## ${name}\n\n${rows(row, absent)}`).join('\n\n')}

## Memory

Resident, in MB.

${memory(measured)}
`
}

/** What `docs/performance.md` shows of it. */
export function peersSummary(measured: PeersMeasured): string {
  const { cells, absent, versions } = measured
  return `${machine()} Beside it: ${versions.join('; ')}.

${budgets(measured)}

${[...groups(cells)].map(([name, row]) => `${name}:\n\n${rows(row, absent)}`).join('\n\n')}

Resident memory, in MB:

${memory(measured)}`
}
