import { systemClock } from '../src/adapters/clock.ts'
import { openExchange } from '../src/core/exchange.ts'
import { givenUnit } from '../src/core/given.ts'
import { needleSet } from '../src/core/needles.ts'
import { openSession } from '../src/core/session.ts'
import type { Checks, GuardModule, Rule } from '../src/core/types.ts'
import { GUARDS } from '../src/guards/index.ts'
import { prose } from './bodies.ts'
import { CODE, JSON_TEXT, LOG } from './texts.ts'
import { WORST } from './worst.ts'

/**
 * `npm run bench:guards`: what each guard costs, and all of them together, in microseconds a KB of text in one request, with
 * everything that the engine does for it; and how it grows with the worst texts that are known.
 * `npm run bench:guards -- [--worst] [guard]`
 */
const SAMPLES = 15
const KB = 1024
const config: Readonly<Record<string, unknown>> = {
  length: { maxCharacters: 10_000_000 },
  keywords: { words: ['ignore previous instructions', 'internal use only', 'project bluebird'] },
  'json-schema': { schema: { type: 'object' } },
  language: { allow: ['en'] },
}

const secret = () => 'a secret for the bench only'

async function ruleOf(module: GuardModule): Promise<Rule> {
  const parsed = module.config.parse(config[module.name] ?? {})
  const guard = await module.open(parsed, { secret })
  return {
    name: module.name,
    stage: 'input',
    guard,
    actions: new Map(Object.keys(module.codes(parsed)).map((code) => [code, 'flag'])),
    timeout: 60_000,
    build: module.name,
  }
}

function checksOf(rules: readonly Rule[]): Checks {
  const none: Rule[] = []
  const byStage = { admit: none, input: [...rules], context: none, policy: none, output: none, tool: none }
  needleSet(byStage.input)
  return { rules: byStage, shadow: false, marks: [], restore: new Set(['text']), guardsText: true }
}

/** Milliseconds of one look at a text. */
async function look(checks: Checks, text: string): Promise<number> {
  const began = performance.now()
  const exchange = openExchange({
    checks,
    tenant: 'bench',
    clock: systemClock,
    memory: undefined,
    holdCharacters: Number.POSITIVE_INFINITY,
  })
  const session = openSession(exchange, { direction: { stage: 'input' }, stream: false })
  session.push(givenUnit({ id: 0, origin: 'user', kind: 'text' }, text))
  await session.end()
  return performance.now() - began
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]!

/** Microseconds a KB: the median of what takes turns with all the others. */
async function costs(targets: readonly [string, Checks][], text: string): Promise<number[]> {
  const taken = targets.map((): number[] => [])
  for (let sample = -5; sample < SAMPLES; sample++)
    for (const [i, [, checks]] of targets.entries()) {
      const ms = await look(checks, text)
      if (sample >= 0) taken[i]!.push((ms * 1000) / (text.length / KB))
    }
  return taken.map(median)
}

const row = (cells: readonly (string | number)[]): string =>
  `| ${cells.map((cell) => (typeof cell === 'number' ? cell.toFixed(cell < 10 ? 1 : 0) : cell)).join(' | ')} |`

async function table(modules: readonly GuardModule[]): Promise<void> {
  const rules = await Promise.all(modules.map(ruleOf))
  const targets: [string, Checks][] = rules.map((rule) => [rule.name, checksOf([rule])])
  targets.push(['all together', checksOf(rules)])
  const texts: [string, string][] = [
    ['chat', prose(1, 64 * KB)],
    ['code', CODE(64 * KB)],
    ['JSON', JSON_TEXT(64 * KB)],
    ['logs', LOG(64 * KB)],
  ]
  const measured: number[][] = []
  for (const [, text] of texts) measured.push(await costs(targets, text))
  console.log(row(['µs a KB', ...texts.map(([name]) => name)]))
  console.log(row(['---', ...texts.map(() => '---:')]))
  for (const [i, [name]] of targets.entries()) console.log(row([name, ...measured.map((of) => of[i]!)]))
}

async function worst(modules: readonly GuardModule[]): Promise<void> {
  console.log(row(['1 MB of', 'guard', '256 KB', '512 KB', '1 MB, ms', 'growth']))
  console.log(row(['---', '---', '---:', '---:', '---:', '---:']))
  const rules = await Promise.all(modules.map(ruleOf))
  const targets: [string, Checks][] = [
    ...rules.map((rule): [string, Checks] => [rule.name, checksOf([rule])]),
  ]
  if (rules.length > 1) targets.push(['all together', checksOf(rules)])
  for (const [name, checks] of targets) {
    let slowest: { of: string; times: number[] } | undefined
    for (const [of, make] of Object.entries(WORST)) {
      const times: number[] = []
      for (const size of [256, 512, 1024]) {
        const text = make(size * KB)
        times.push(Math.min(await look(checks, text), await look(checks, text)))
      }
      if (slowest === undefined || times[2]! > slowest.times[2]!) slowest = { of, times }
    }
    const { of, times } = slowest!
    console.log(row([of, name, ...times, `×${(times[2]! / times[0]!).toFixed(1)}`]))
  }
}

async function held(modules: readonly GuardModule[]): Promise<void> {
  globalThis.gc?.()
  const before = process.memoryUsage()
  const checks = checksOf(await Promise.all(modules.map(ruleOf)))
  globalThis.gc?.()
  const after = process.memoryUsage()
  const mb = (after.heapUsed + after.external - before.heapUsed - before.external) / 1024 / 1024
  console.log(`\nMemory of the built set: ${mb.toFixed(1)} MB (${checks.rules.input.length} guards)`)
}

const args = process.argv.slice(2)
const wanted = args.filter((arg) => !arg.startsWith('--'))
/** Those that ask the guard model are measured by `bench/models.ts` and `bench/first-token.ts`. */
const MODELS = ['toxicity', 'topics', 'tone']
const chosen = GUARDS.filter(({ name }) =>
  wanted.length === 0 ? !MODELS.includes(name) : wanted.includes(name),
)
if (args.includes('--worst')) await worst(chosen)
else {
  await held(chosen)
  await table(chosen)
}
