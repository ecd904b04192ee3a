import type { EngineResult } from './engine.ts'
import { machine, number, ratio, short, table } from './format.ts'
import { BASELINE, type Cell, median, TARGETS, type Target, type Turn } from './measure.ts'

export interface Measured {
  quick: boolean
  /** Of the whole run. */
  seconds: number
  cells: readonly Cell[]
  /** Streams whose events come at a model's pace. */
  paced: readonly Cell[]
  /** Milliseconds until the gate said that it is up, by start. */
  starts: readonly number[]
  /** Resident MB after the start, and after all that load. */
  memory: ReadonlyMap<Target, { idle: number; loaded: number }>
  turns: readonly Turn[]
  attackFound: boolean
  engine: EngineResult
}

/** A row for each workload and number of connections, a column for each target. */
function byTarget(cells: readonly Cell[], show: (cell: Cell, base: Cell) => string): string {
  const rows = new Map<string, Cell[]>()
  for (const cell of cells) {
    const name = `${cell.workload}, ${cell.connections} conn.`
    rows.set(name, [...(rows.get(name) ?? []), cell])
  }
  return table(
    ['', ...TARGETS],
    [...rows].map(([name, row]) => {
      const base = row.find(({ target }) => target === BASELINE)!
      return [name, ...row.map((cell) => show(cell, base))]
    }),
  )
}

interface Budget {
  what: string
  budget: string
  measured: string
  met: boolean
}

function budgets({ cells, paced, memory, turns, attackFound, engine }: Measured): Budget[] {
  const at = (workload: string, connections: number, target: Target) =>
    cells.find(
      (cell) =>
        cell.workload.startsWith(workload) && cell.connections === connections && cell.target === target,
    )!
  const least = (what: string, budget: number, { rateRatio }: Cell): Budget => ({
    what,
    budget: `≥ ${budget}`,
    measured: ratio(rateRatio),
    met: rateRatio >= budget,
  })
  const first = (target: Target) =>
    paced.find((cell) => cell.connections === 1 && cell.target === target)!.first50!
  const added = first('default boundary') - first(BASELINE)
  const idle = memory.get('default boundary')!.idle
  const last = turns.at(-1)!
  const inside = engine.turns.at(-1)!
  return [
    least('Throughput of the empty boundary, 1 KB, 32 connections', 0.8, at('1 KB', 32, 'empty boundary')),
    least(
      'Throughput of the default boundary, 1 KB, 32 connections',
      0.55,
      at('1 KB', 32, 'default boundary'),
    ),
    least('Throughput of the empty boundary, streams, 32 connections', 0.5, at('50', 32, 'empty boundary')),
    least(
      'Throughput of the default boundary, streams, 32 connections',
      0.5,
      at('50', 32, 'default boundary'),
    ),
    {
      what: 'Added to the first token, default boundary, paced stream, 1 connection',
      budget: '< 1 ms',
      measured: `${number(added, 2)} ms`,
      met: added < 1,
    },
    {
      what: 'Memory of the default boundary, idle',
      budget: '≤ 120 MB',
      measured: `${number(idle, 0)} MB`,
      met: idle <= 120,
    },
    {
      what: 'Inspection of turn 100, its history seen, against without the memory',
      budget: '≤ 0.2',
      measured: ratio(inside.ratio),
      met: inside.ratio <= 0.2,
    },
    {
      what: 'The whole call of turn 100 (CPU of the gate), its history seen, against all new',
      budget: '≤ 0.2',
      measured: ratio(last.cpuRatio),
      met: last.cpuRatio <= 0.2,
    },
    {
      what: 'An attack in message 3 of turn 100 is found, new and remembered',
      budget: 'yes',
      measured: attackFound ? 'yes' : 'no',
      met: attackFound,
    },
  ]
}

/** `results.md`. */
export function report(measured: Measured): string {
  const { cells, paced, memory, turns, engine, starts } = measured
  const streams = [...paced, ...cells.filter(({ first50 }) => first50 !== undefined)]
  const met = budgets(measured)
  return `# Results

Written by \`npm run bench${measured.quick ? ' -- --quick' : ''}\` in ${number(measured.seconds, 0)} s; [README.md](README.md) says how it is measured. Ratios in
brackets are to the ${BASELINE} in the same round; where other work shares the machine, they are what to look at.

${machine()}

${measured.quick ? 'A quick run: the gate is not warm yet, and so looks slower than it is.\n\n' : ''}## Budgets

${table(
  ['', 'budget', 'measured', 'met'],
  met.map(({ what, budget, measured, met }) => [what, budget, measured, met ? 'yes' : '**no**']),
)}

## Throughput

Calls a second.

${byTarget(cells, ({ rate, rateRatio }) => `${number(rate, 0)} (${ratio(rateRatio)})`)}

## Latency

p50 / p99 of a whole call, in ms.

${byTarget(cells, ({ p50, p99 }) => `${short(p50)} / ${short(p99)}`)}

## Time to the first token

p50 / p99 in ms. A paced stream waits 2 ms between events, as a model does; in the others all events come at once, and the
first waits for the processor.

${byTarget(streams, ({ first50, first99 }) => `${short(first50!)} / ${short(first99!)}`)}

## CPU

Of the server's own process, in µs a call.

${byTarget(cells, ({ cpu, cpuRatio }) => `${number(cpu * 1000, 0)} (${ratio(cpuRatio)})`)}

## Memory and start

Resident, in MB. The gate says that it is up after ${number(median(starts), 0)} ms (median of ${starts.length}).

${table(
  ['', 'idle', 'after the load'],
  [...memory].map(([target, { idle, loaded }]) => [target, number(idle, 0), number(loaded, 0)]),
)}

## A conversation

One call after the other at the default boundary, the whole history in each. *Seen*: all but the last message was there
before. *New*: no message was. p50 in ms, CPU of the gate in ms a call.

${table(
  ['turns', 'body', 'new: p50', 'seen: p50', 'ratio', 'new: CPU', 'seen: CPU', 'ratio'],
  turns.map(({ turns, bytes, fresh, seen, ratio: calls, cpuRatio }) => [
    String(turns),
    `${number(bytes / 1024, 0)} KB`,
    number(fresh.p50, 2),
    number(seen.p50, 2),
    ratio(calls),
    number(fresh.cpu, 2),
    number(seen.cpu, 2),
    ratio(cpuRatio),
  ]),
)}

The same inside of the engine, without a server, in µs: reading the body (which the memory cannot spare), then its
inspection without a memory and with one that has seen the history.

${table(
  ['turns', 'body', 'reading', 'inspection without', 'with', 'ratio'],
  engine.turns.map(({ turns, bytes, read, without, seen, ratio: inside }) => [
    String(turns),
    `${number(bytes / 1024, 0)} KB`,
    short(read),
    short(without),
    short(seen),
    ratio(inside),
  ]),
)}

## Reading JSON

A strict scan that notes where everything stands and finds keys that stand twice, against \`JSON.parse\`; in µs.

${table(
  ['body', 'JSON.parse', 'scan', 'ratio'],
  engine.scans.map(({ bytes, parse, scan, ratio: scanned }) => [
    `${number(bytes / 1024, 0)} KB`,
    short(parse),
    short(scan),
    ratio(scanned),
  ]),
)}
`
}

/** What each protocol costs beside chat completions. */
export function protocolReport(cells: readonly Cell[]): string {
  const chat = (cell: Cell): Cell =>
    cells.find(
      ({ workload, target }) =>
        target === cell.target &&
        workload ===
          (cell.workload.endsWith(', streamed') ? 'chat completions, streamed' : 'chat completions'),
    )!
  const workloads = [...new Set(cells.map(({ workload }) => workload))]
  const rows = workloads.map((workload) => {
    const of = (target: Target) => cells.find((cell) => cell.workload === workload && cell.target === target)!
    const share = (target: Target) => {
      const cell = of(target)
      return `${ratio(cell.rateRatio)} (${ratio(cell.rateRatio / chat(cell).rateRatio)})`
    }
    return [workload, number(of(BASELINE).rate, 0), share('empty boundary'), share('default boundary')]
  })
  return `# Protocols

Written by \`npm run bench -- --protocols\`: calls a second of the bare proxy at 32 connections, and the gate's share of it for the
same bytes. In brackets: that share beside the share of chat completions, of which the budget is 0.8.

${table(['', BASELINE, 'empty boundary', 'default boundary'], rows)}
`
}
