import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { systemClock } from '../src/adapters/clock.ts'
import { localModels } from '../src/adapters/models/index.ts'
import { legible } from '../src/core/canonical/script.ts'
import { openExchange } from '../src/core/exchange.ts'
import { givenUnit } from '../src/core/given.ts'
import type { GuardPorts, Head, Tier } from '../src/core/ports.ts'
import { openSession } from '../src/core/session.ts'
import type { GuardModule, Rule, Stage } from '../src/core/types.ts'
import { promptInjection } from '../src/guards/prompt-injection/index.ts'
import { toxicity } from '../src/guards/toxicity/index.ts'
import { checksOf } from './checks.ts'

/**
 * `npm run measure:models [-- DATA_DIR]`: what the guard model finds of development sets (JSON lines with `text`, `label`,
 * `channel`), tier by tier, beside the rules alone. `MODEL` is another folder than models/guard, `ROWS` the most rows of a set.
 * `UPDATE_DOCS=1` writes the tables into docs/detection.md.
 */
const path = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url))
const DATA = process.argv[2] ?? path('../shared/data/eval')
const MODEL = process.env.MODEL ?? path('models/guard')
const ROWS = Number(process.env.ROWS ?? Number.POSITIVE_INFINITY)
const PAGE = path('docs/detection.md')
const TOXIC = /^(?:olid|convabuse|edos|jigsaw|toxicity)/
const IN_PIECES = 'the guard, in pieces'
const TIERS: readonly Tier[] = ['fast', 'full', 'cascade']
/** Texts that are asked about at the same time, so that batches fill. */
const TOGETHER = 64

interface Row {
  text: string
  label: number
  channel: string
}

function read(file: string): Row[] {
  const bytes = readFileSync(file)
  const rows = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes)
    .toString('utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as Row)
  // Of a sorted file, some from all over it.
  const step = Math.max(1, rows.length / ROWS)
  return rows.filter((_, i) => Math.floor(i / step) !== Math.floor((i - 1) / step))
}

const local = localModels({ folder: MODEL, clock: systemClock, warn: console.error })
const models = await local.open({ workers: 'auto', queue: 1_000_000, deadline: 600_000 })
const ports: GuardPorts = { secret: () => 'a secret for measuring only', models: async () => models }

async function inTurns<T, R>(all: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const out: R[] = []
  for (let i = 0; i < all.length; i += TOGETHER)
    out.push(...(await Promise.all(all.slice(i, i + TOGETHER).map(work))))
  return out
}

/** What is said of a text: the highest score, the gravest that it reaches, and whether the encoder read it. */
interface Said {
  score: number
  /** 2 sure, 1 suspected, 0 nothing. */
  grade: number
  encoder: boolean
}

const gradeOf = (codes: readonly string[]): number =>
  codes.some((code) => code !== 'injection.suspected') ? 2 : codes.length > 0 ? 1 : 0

const byModel = (head: Head, tier: Tier) => async (row: Row) => {
  const channel = row.channel === 'data' ? 'data' : 'user'
  const judged = await models.classifier.classify(legible(row.text), { head, channel, tier, every: true })
  return {
    score: Math.max(0, ...judged.map(({ score }) => score)),
    grade: Math.max(0, ...judged.map(({ reaches }) => gradeOf(reaches))),
    encoder: judged.some(({ by }) => by === 'full'),
  }
}

/** A guard as it stands in a gate, with all that the engine does for it. */
async function byGuard(module: GuardModule, config: unknown): Promise<(row: Row) => Promise<Said>> {
  const parsed = module.config.parse(config)
  const guard = await module.open(parsed, ports)
  const actions = new Map(Object.keys(module.codes(parsed)).map((code) => [code, 'flag' as const]))
  return async (row) => {
    const stage: Stage = row.channel === 'data' ? 'context' : 'input'
    const rule: Rule = { name: module.name, stage, guard, actions, timeout: 600_000, build: module.name }
    const checks = checksOf(stage, [rule])
    const holdCharacters = Number.POSITIVE_INFINITY
    const exchange = openExchange({
      checks,
      tenant: 'measure',
      clock: systemClock,
      memory: undefined,
      holdCharacters,
    })
    const session = openSession(exchange, { direction: { stage }, stream: false })
    const origin = stage === 'context' ? 'retrieved' : 'user'
    session.push(givenUnit({ id: 0, kind: 'text', origin }, row.text))
    await session.end()
    const { findings } = exchange
    return {
      score: Math.max(0, ...findings.map(({ score }) => score)),
      grade: gradeOf(findings.map(({ code }) => code)),
      encoder: false,
    }
  }
}

/** The chance that an attack scores higher than a harmless text; undefined where there are not both. */
function auc(rows: readonly Row[], said: readonly Said[]): number | undefined {
  const ranked = rows
    .map(({ label }, i) => ({ label, score: said[i]!.score }))
    .sort((a, b) => a.score - b.score)
  const attacks = rows.filter(({ label }) => label === 1).length
  const rest = rows.length - attacks
  if (attacks === 0 || rest === 0) return undefined
  let ranks = 0
  for (let i = 0; i < ranked.length; ) {
    let end = i
    while (end < ranked.length && ranked[end]!.score === ranked[i]!.score) end++
    for (let k = i; k < end; k++) if (ranked[k]!.label === 1) ranks += (i + 1 + end) / 2
    i = end
  }
  return (ranks - (attacks * (attacks + 1)) / 2) / (attacks * rest)
}

/** The mean of the F1 of both classes. */
function macroF1(rows: readonly Row[], said: readonly Said[]): number {
  const f1 = (label: number): number => {
    let right = 0
    let wrong = 0
    for (const [i, row] of rows.entries()) {
      const found = said[i]!.grade > 0 ? 1 : 0
      if (found === label && row.label === label) right++
      else if (found === label || row.label === label) wrong++
    }
    return right === 0 ? 0 : (2 * right) / (2 * right + wrong)
  }
  return (f1(0) + f1(1)) / 2
}

const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`
const percent = (share: number | undefined): string =>
  share === undefined ? '–' : `${(100 * share).toFixed(1)} %`
const figure = (value: number | undefined): string =>
  value === undefined ? '–' : value.toFixed(3).replace(/^0/, '')

function share(
  rows: readonly Row[],
  said: readonly Said[],
  label: number,
  grade: number,
): number | undefined {
  const of = said.filter((_, i) => rows[i]!.label === label)
  return of.length === 0 ? undefined : of.filter((one) => one.grade >= grade).length / of.length
}

function injectionRow(set: string, who: string, rows: readonly Row[], said: readonly Said[]): string {
  const alarms = share(rows, said, 0, 1)
  const read = who === 'cascade' ? percent(said.filter(({ encoder }) => encoder).length / said.length) : '–'
  const through = alarms === undefined ? undefined : 1 - alarms
  const found = [share(rows, said, 1, 1), share(rows, said, 1, 2)].map(percent)
  return line([set, who, rows.length, figure(auc(rows, said)), ...found, percent(through), read])
}

function toxicityRow(set: string, who: string, rows: readonly Row[], said: readonly Said[]): string {
  const alarms = share(rows, said, 0, 1)
  const through = alarms === undefined ? undefined : 1 - alarms
  const f1 = (100 * macroF1(rows, said)).toFixed(1)
  return line([
    set,
    who,
    rows.length,
    // Of what is no finding a guard gives no score.
    figure(who === IN_PIECES ? undefined : auc(rows, said)),
    f1,
    percent(share(rows, said, 1, 1)),
    percent(through),
  ])
}

const injection = [
  line([
    'set',
    'by',
    'rows',
    'AUC',
    'attacks found',
    'of these sure',
    'harmless let through',
    'read by the encoder',
  ]),
  line(['---', '---', '---:', '---:', '---:', '---:', '---:', '---:']),
]
const toxic = [
  line(['set', 'by', 'rows', 'AUC', 'macro-F1', 'toxic found', 'other let through']),
  line(['---', '---', '---:', '---:', '---:', '---:', '---:']),
]
const rules = await byGuard(promptInjection, { model: 'off' })
const pieces = await byGuard(toxicity, {})
for (const file of readdirSync(DATA).sort()) {
  if (!/\.jsonl(?:\.gz)?$/.test(file)) continue
  const set = file.replace(/\.jsonl(?:\.gz)?$/, '')
  const rows = read(join(DATA, file))
  const head: Head = TOXIC.test(set) ? 'toxicity' : 'injection'
  const [table, row] = head === 'toxicity' ? [toxic, toxicityRow] : [injection, injectionRow]
  const write = (who: string, said: readonly Said[]): void => {
    table.push(row(set, who, rows, said))
    console.error(table.at(-1))
  }
  let cascade: Said[] = []
  for (const tier of TIERS) {
    cascade = await inTurns(rows, byModel(head, tier))
    write(tier, cascade)
  }
  if (head === 'toxicity') write(IN_PIECES, await inTurns(rows, pieces))
  else {
    const ruled = await inTurns(rows, rules)
    write('rules alone', ruled)
    const both = cascade.map(({ encoder, ...one }, i) => ({
      encoder,
      score: Math.max(one.score, ruled[i]!.score),
      grade: Math.max(one.grade, ruled[i]!.grade),
    }))
    write('rules and cascade', both)
  }
}
const text = `Model: ${models.version}.\n\n${injection.join('\n')}\n\n${toxic.join('\n')}`
console.log(text)
if (process.env.UPDATE_DOCS === '1') {
  const [open, close] = ['<!-- measure: models -->', '<!-- measure: end of models -->']
  const page = existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : ''
  const [start, end] = [page.indexOf(open), page.indexOf(close)]
  if (start < 0 || end < start) throw new Error('docs/detection.md has no place for the models')
  writeFileSync(PAGE, `${page.slice(0, start + open.length)}\n${text}\n${page.slice(end)}`)
}
await local.close()
