import { parseArgs } from 'node:util'
import { suggest } from '../policy/nearest.ts'

/** A command line that cannot be followed; the message says what to write instead. */
export class UsageError extends Error {
  override name = 'UsageError'
}

/**
 * Reads `--name VALUE` and `--name=VALUE`, each at most once, and switches, which have no value.
 * @param flags name → what its value is, as the usage shows it: `{ config: 'DIR' }`
 * @throws UsageError
 */
export function readArgs<F extends string, S extends string = never>(
  args: readonly string[],
  flags: Readonly<Record<F, string>>,
  switches: readonly S[] = [],
): { values: Partial<Record<F, string>>; positionals: string[]; on: ReadonlySet<S> } {
  const known = Object.keys(flags) as F[]
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries([
      ...known.map((flag) => [flag, { type: 'string' }] as const),
      ...switches.map((name) => [name, { type: 'boolean' }] as const),
    ]),
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const values: Partial<Record<F, string>> = {}
  const positionals: string[] = []
  const on = new Set<S>()
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value)
    if (token.kind !== 'option') continue
    const named = switches.find((name) => name === token.name && token.rawName === `--${name}`)
    if (named !== undefined && token.value === undefined) {
      on.add(named)
      continue
    }
    const flag = known.find((name) => name === token.name && token.rawName === `--${name}`)
    if (flag === undefined) {
      const written = [...known, ...switches].map((name) => `--${name}`)
      throw new UsageError(`unknown flag "${token.rawName}": ${suggest(token.rawName, written)}`)
    }
    if (token.value === undefined || token.value === '' || token.value.startsWith('--'))
      throw new UsageError(`--${flag} has no value: write --${flag} ${flags[flag]}`)
    if (values[flag] !== undefined) throw new UsageError(`--${flag} stands here twice: keep one`)
    values[flag] = token.value
  }
  return { values, positionals, on }
}
