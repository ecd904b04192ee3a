import { fileURLToPath } from 'node:url'
import { systemClock } from '../src/adapters/clock.ts'
import { localModels } from '../src/adapters/models/index.ts'
import { openExchange } from '../src/core/exchange.ts'
import { openSession } from '../src/core/session.ts'
import type { Checks, Rule } from '../src/core/types.ts'
import { toxicity } from '../src/guards/toxicity/index.ts'
import { PROTOCOLS } from '../src/protocols/index.ts'

/**
 * `npm run bench:first-token`: what a stream waits for where `toxicity` judges each sentence before it leaves: how long after the model's
 * first token the first text leaves the gate, and how long after its last token the last. `MODEL` is another folder than models/guard.
 */
const RUNS = 15
/** Milliseconds between two tokens: about 65 tokens a second. */
const PACE = 15
const ANSWER =
  'You can return the shoes within thirty days of their arrival. Put them into the box in which they came, with the slip that ' +
  'lies in it, and take the parcel to any post office. As soon as it has reached our warehouse we send you a mail, and the money is on ' +
  'your account within three days. If the slip is lost, write to us, and we send you another one. Is there anything else?'
const TOKENS = ANSWER.match(/\s*\S{1,6}/g) ?? []

const folder = process.env.MODEL ?? fileURLToPath(new URL('../models/guard', import.meta.url))
const local = localModels({ folder, clock: systemClock, warn: console.error })
const models = await local.open({ workers: 'auto', queue: 1024, deadline: 10_000 })
const chat = PROTOCOLS.find(({ name }) => name === 'openai-chat')!
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const encode = (text: string) => new TextEncoder().encode(text)
const delta = (content: string) =>
  encode(`data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`)

async function ruleOf(model: string): Promise<Rule> {
  const guard = await toxicity.open(toxicity.config.parse({ model }), {
    secret: () => '',
    models: async () => models,
  })
  const actions = new Map([['toxicity.toxic', 'block' as const]])
  return { name: 'toxicity', stage: 'output', guard, actions, timeout: 10_000, build: model }
}

/** Milliseconds from the first token to the first text that leaves, and from the last token to the end. */
async function run(rules: readonly Rule[]): Promise<[first: number, last: number]> {
  const none: Rule[] = []
  const stages = { admit: none, input: none, context: none, policy: none, output: rules, tool: none }
  const checks: Checks = { rules: stages, shadow: false, marks: [], restore: new Set(), guardsText: true }
  const exchange = openExchange({
    checks,
    tenant: 'bench',
    clock: systemClock,
    memory: undefined,
    holdCharacters: 65_536,
  })
  const session = openSession(exchange, { direction: 'answer', stream: true })
  const reader = chat.answer({ withoutRepeats: true })
  const began = performance.now()
  let first: number | undefined
  for (const token of TOKENS) {
    for (const unit of reader.push(delta(token)))
      if ((await session.push(unit)).units.length > 0) first ??= performance.now() - began
    await sleep(PACE)
  }
  const ended = performance.now()
  for (const unit of reader.end()) await session.push(unit)
  const { units } = await session.end()
  if (units.length > 0) first ??= performance.now() - began
  return [first ?? Number.NaN, performance.now() - ended]
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!
const boundaries: [string, Rule[]][] = [['no guard', []]]
for (const tier of ['fast', 'cascade', 'full']) boundaries.push([`toxicity, ${tier}`, [await ruleOf(tier)]])
const taken = boundaries.map((): [number, number][] => [])
for (let i = -2; i < RUNS; i++)
  for (const [k, [, rules]] of boundaries.entries()) {
    const times = await run(rules)
    if (i >= 0) taken[k]!.push(times)
  }
console.log(
  `Milliseconds, median of ${RUNS}; a token of up to 6 characters every ${PACE} ms, a first sentence of 62 characters.\n`,
)
console.log(
  '| output | first text leaves after the first token | the last after the last token |\n|---|---:|---:|',
)
for (const [k, [name]] of boundaries.entries()) {
  const [first, last] = [0, 1].map((which) => median(taken[k]!.map((times) => times[which]!)))
  console.log(`| ${name} | ${first!.toFixed(1)} | ${last!.toFixed(1)} |`)
}
await local.close()
