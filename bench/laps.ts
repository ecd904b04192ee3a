/** How long one kind of call took, in milliseconds. */
export interface Lap {
  name: string
  p50: number
  p99: number
}

const of = (sorted: readonly number[], share: number): number =>
  sorted[Math.floor((sorted.length - 1) * share)] ?? 0

/** `callers` that each ask again as soon as they have their answer. */
export async function laps(
  name: string,
  run: () => Promise<unknown>,
  calls: number,
  callers: number,
): Promise<Lap> {
  const took: number[] = []
  await Promise.all(
    Array.from({ length: callers }, async () => {
      for (let i = 0; i < calls / callers; i++) {
        const began = performance.now()
        await run()
        took.push(performance.now() - began)
      }
    }),
  )
  took.sort((a, b) => a - b)
  return { name, p50: of(took, 0.5), p99: of(took, 0.99) }
}

export function show(figures: readonly Lap[]): string {
  const rows = figures.map(({ name, p50, p99 }) => `| ${name} | ${p50.toFixed(3)} | ${p99.toFixed(3)} |`)
  return ['| decision | p50 ms | p99 ms |', '|---|---:|---:|', ...rows].join('\n')
}
