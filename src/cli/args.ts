import { parseArgs } from 'node:util'
import { suggest } from '../policy/nearest.ts'

/** A command line that cannot be followed; the message says what to write instead. */
export class UsageError extends Error {
  override name = 'UsageError'
}

/**
 * Reads `--name VALUE` and `--name=VALUE`, each at most once.
 * @param flags name → what its value is, as the usage shows it: `{ config: 'DIR' }`
 * @throws UsageError
 */
export function readArgs<F extends string>(
  args: readonly string[],
  flags: Readonly<Record<F, string>>,
): { values: Partial<Record<F, string>>; positionals: string[] } {
  const known = Object.keys(flags) as F[]
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(known.map((flag) => [flag, { type: 'string' as const }])),
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const values: Partial<Record<F, string>> = {}
  const positionals: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value)
    if (token.kind !== 'option') continue
    const flag = known.find((name) => name === token.name && token.rawName === `--${name}`)
    if (flag === undefined) {
      const written = known.map((name) => `--${name}`)
      throw new UsageError(`unknown flag "${token.rawName}": ${suggest(token.rawName, written)}`)
    }
    if (token.value === undefined || token.value === '' || token.value.startsWith('--'))
      throw new UsageError(`--${flag} has no value: write --${flag} ${flags[flag]}`)
    if (values[flag] !== undefined) throw new UsageError(`--${flag} stands here twice: keep one`)
    values[flag] = token.value
  }
  return { values, positionals }
}
