import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { machine, number, ratio, short, table } from './format.ts'
import { BASELINE, type Cell, TARGETS, type Target } from './measure.ts'
import type { Measured } from './report.ts'

const PERFORMANCE = fileURLToPath(new URL('../docs/performance.md', import.meta.url))

/** Writes figures between the marks of that name in `docs/performance.md`, so that it never shows other ones. */
export function fillIn(name: 'results' | 'peers', figures: string): void {
  const text = readFileSync(PERFORMANCE, 'utf8')
  const [begin, end] = [`<!-- bench: ${name} -->\n`, `\n<!-- bench: end of ${name} -->`]
  const [from, to] = [text.indexOf(begin) + begin.length, text.indexOf(end)]
  if (from < begin.length || to < 0) throw new Error(`docs/performance.md lacks the marks of ${name}`)
  writeFileSync(PERFORMANCE, `${text.slice(0, from)}${figures}${text.slice(to)}`)
}

/** What `docs/performance.md` shows of it. */
export function resultsSummary({ cells, paced, memory }: Measured): string {
  const targets = TARGETS.filter((target) => target !== 'mock')
  const row = (what: string, show: (target: Target) => string) => [what, ...targets.map(show)]
  const at = (what: string, workload: string, connections: number, show: (cell: Cell) => string) =>
    row(what, (target) =>
      show(
        [...cells, ...paced].find(
          (cell) => cell.workload === workload && cell.connections === connections && cell.target === target,
        )!,
      ),
    )
  const share = ({ rate, rateRatio }: Cell) => `${number(rate, 0)} (${ratio(rateRatio)})`
  return `${machine()} Calls a second, with their share of the ${BASELINE}'s:

${table(
  ['', ...targets],
  [
    at('1 KB, 1 conn.', '1 KB', 1, share),
    at('1 KB, 32 conn.', '1 KB', 32, share),
    at('64 KB, 32 conn.', '64 KB', 32, share),
    at('50-event stream, 32 conn.', '50-event stream', 32, share),
    at('CPU of a call of 1 KB, 32 conn., µs', '1 KB', 32, ({ cpu }) => number(cpu * 1000, 0)),
    at('first token of a paced stream, 1 conn., ms', 'paced stream', 1, ({ first50 }) => short(first50!)),
    row('memory, idle, MB', (target) => number(memory.get(target)!.idle, 0)),
  ],
)}`
}
