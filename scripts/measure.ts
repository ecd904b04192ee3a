import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { systemClock } from '../src/adapters/clock.ts'
import { openExchange } from '../src/core/exchange.ts'
import { givenUnit } from '../src/core/given.ts'
import { openSession } from '../src/core/session.ts'
import type { Finding, GuardModule, Origin, Part, Rule, Stage } from '../src/core/types.ts'
import { GUARDS } from '../src/guards/index.ts'
import { checksOf } from './checks.ts'

/**
 * `npm run measure [-- DATA_DIR]`: precision, recall and false-alarm rate of each guard over its own cases and, where a folder
 * of development sets is there (JSON lines with `text`, `label`, `channel`), over those. `UPDATE_DOCS=1` writes the
 * tables into docs/detection.md.
 */
const DATA = process.argv[2] ?? fileURLToPath(new URL('../../shared/data/eval', import.meta.url))
const GUARD_FOLDERS = fileURLToPath(new URL('../src/guards', import.meta.url))
const PAGE = fileURLToPath(new URL('../docs/detection.md', import.meta.url))
const ports = { secret: () => 'a secret for measuring only' }
/** Those that ask the guard model have a page of their own: `npm run measure:models`. */
const MEASURED = GUARDS.filter(({ name }) => !['toxicity', 'topics', 'tone'].includes(name))

interface Case {
  text: string
  codes: string[]
  config?: unknown
  part?: Partial<Part>
  asked?: { system?: string; user?: string; canary?: string; schema?: string }
}

/** What any guard may be asked about a text in the stage where such text stands. */
async function findings(
  modules: readonly [GuardModule, unknown][],
  text: string,
  part: Partial<Part> = {},
  asked?: Case['asked'],
): Promise<Finding[]> {
  const origin: Origin = part.origin ?? 'user'
  const wanted: Stage =
    origin === 'model' ? 'output' : origin === 'retrieved' || origin === 'tool' ? 'context' : 'input'
  const rules: Rule[] = []
  for (const [module, config] of modules) {
    const stage = module.stages.includes(wanted) ? wanted : module.stages[0]!
    const parsed = module.config.parse(config)
    rules.push({
      name: module.name,
      stage: wanted,
      guard: await opened(module, parsed, JSON.stringify([module.name, config, stage])),
      actions: new Map(Object.keys(module.codes(parsed)).map((code) => [code, 'flag'])),
      timeout: 60_000,
      build: module.name,
    })
  }
  const checks = checksOf(wanted, rules)
  const exchange = openExchange({
    checks,
    tenant: 'measure',
    clock: systemClock,
    memory: undefined,
    holdCharacters: Number.POSITIVE_INFINITY,
  })
  if (asked !== undefined) {
    const { canary, schema, ...said } = asked
    exchange.asked = {
      canary,
      schema,
      texts: (origins) => origins.flatMap((of) => said[of as keyof typeof said] ?? []),
    }
  }
  const session = openSession(exchange, { direction: { stage: wanted }, stream: false })
  session.push(givenUnit({ id: 0, kind: 'text', ...part, origin }, text))
  await session.end()
  return exchange.findings
}

const guards = new Map<string, ReturnType<GuardModule['open']>>()
function opened(module: GuardModule, config: unknown, key: string): ReturnType<GuardModule['open']> {
  const known = guards.get(key) ?? module.open(config, ports)
  guards.set(key, known)
  return known
}

/** Rows of JSON lines, also of a compressed file. */
function rows<T>(file: string): T[] {
  const bytes = readFileSync(file)
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as T)
}

function casesOf(guard: string): Case[] {
  const folder = join(GUARD_FOLDERS, guard)
  const files = [join(folder, 'cases.jsonl')]
  if (existsSync(join(folder, 'cases')))
    files.push(...readdirSync(join(folder, 'cases')).map((file) => join(folder, 'cases', file)))
  return files
    .filter((file) => file.endsWith('.jsonl') && existsSync(file))
    .flatMap((file) => rows<Case>(file))
}

const percent = (part: number, all: number): string =>
  all === 0 ? '–' : `${((100 * part) / all).toFixed(1)} %`
const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`

async function ownCases(): Promise<string[]> {
  const out = [
    line(['guard', 'cases', 'to be found', 'precision', 'recall', 'false alarms']),
    line(['---', '---:', '---:', '---:', '---:', '---:']),
  ]
  for (const module of MEASURED) {
    let hits = 0
    let misses = 0
    let right = 0
    let alarms = 0
    const cases = casesOf(module.name)
    for (const { text, codes, config, part, asked } of cases) {
      const found = (await findings([[module, config ?? {}]], text, part, asked)).length > 0
      if (codes.length > 0) found ? hits++ : misses++
      else found ? alarms++ : right++
    }
    out.push(
      line([
        `\`${module.name}\``,
        cases.length,
        hits + misses,
        percent(hits, hits + alarms),
        percent(hits, hits + misses),
        percent(alarms, alarms + right),
      ]),
    )
  }
  return out
}

interface Row {
  text: string
  label: number
  channel: string
}

/** Guards that need no configuration, over texts of people: what is found of attacks, and how often a harmless text rings. */
const UNCONFIGURED = ['prompt-injection', 'secrets', 'pii', 'unicode', 'encoded', 'links', 'code']

async function sets(): Promise<string[]> {
  const out = [
    line(['set', 'guard', 'rows', 'attacks found', 'harmless rows with a finding']),
    line(['---', '---', '---:', '---:', '---:']),
  ]
  for (const file of readdirSync(DATA).sort()) {
    if (!file.endsWith('.jsonl.gz') || /jigsaw|olid|edos|convabuse/.test(file)) continue
    const all = rows<Row>(join(DATA, file))
    for (const module of GUARDS.filter(({ name }) => UNCONFIGURED.includes(name))) {
      const found = [0, 0]
      const count = [0, 0]
      for (const { text, label, channel } of all) {
        count[label]!++
        const origin: Origin = channel === 'data' ? 'retrieved' : 'user'
        if ((await findings([[module, {}]], text, { origin })).length > 0) found[label]!++
      }
      const attacks = module.name === 'prompt-injection' ? percent(found[1]!, count[1]!) : '–'
      out.push(
        line([
          file.replace('.jsonl.gz', ''),
          `\`${module.name}\``,
          all.length,
          attacks,
          percent(found[0]!, count[0]!),
        ]),
      )
    }
  }
  return out
}

/** Writes what stands between two marks of a page anew. */
function between(page: string, mark: string, text: string): string {
  const [open, close] = [`<!-- measure: ${mark} -->`, `<!-- measure: end of ${mark} -->`]
  const start = page.indexOf(open)
  const end = page.indexOf(close)
  if (start < 0 || end < start) throw new Error(`docs/detection.md has no place for ${mark}`)
  return `${page.slice(0, start + open.length)}\n${text}\n${page.slice(end)}`
}

const own = (await ownCases()).join('\n')
console.log(own)
const measured = existsSync(DATA) ? (await sets()).join('\n') : undefined
console.log(measured === undefined ? `\nno development sets in ${DATA}` : `\n${measured}`)
if (process.env.UPDATE_DOCS === '1') {
  let page = between(readFileSync(PAGE, 'utf8'), 'cases', own)
  if (measured !== undefined) page = between(page, 'sets', measured)
  writeFileSync(PAGE, page)
}
