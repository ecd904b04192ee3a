import { arch, availableParallelism, platform, totalmem } from 'node:os'

export const number = (value: number, digits: number): string =>
  value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })
export const short = (value: number): string => number(value, value < 10 ? 2 : value < 100 ? 1 : 0)
export const ratio = (value: number): string => number(value, 2)

/** What the figures were taken on. */
export const machine = (): string =>
  `Machine: ${availableParallelism()} CPUs (${arch()}, ${platform()}), ${number(totalmem() / 2 ** 30, 0)} GiB of memory, Node ${process.versions.node}. Upstream, server and load generator share it.`

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n')
}
