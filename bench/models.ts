import { existsSync, readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { Tokenizer } from '@huggingface/tokenizers'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { systemClock } from '../src/adapters/clock.ts'
import { localModels } from '../src/adapters/models/index.ts'
import { readManifest } from '../src/adapters/models/manifest.ts'
import { tokeniser } from '../src/adapters/models/tokens.ts'
import { windowsOf } from '../src/adapters/models/windows.ts'
import type { Question } from '../src/core/ports.ts'
import { prose } from './bodies.ts'

/**
 * `npm run bench:models -- [--models DIR] [--plain FILE] [--texts FILE]`: what the guard models cost on one thread, in CPU time,
 * beside a plain pass of a MiniLM-L6 in int8 where its ONNX file is given (and beside the encoder where not), and the memory
 * that they take. `--texts`: JSON lines with a `text`, maybe gzipped; of them, what the cascade costs on average.
 */
const ROUNDS = 15
const TOKENS = [32, 64, 128, 256]

const { values } = parseArgs({
  options: {
    models: { type: 'string', default: 'models/guard' },
    plain: { type: 'string' },
    texts: { type: 'string' },
  },
})
const folder = values.models
const asked: Question = { head: 'injection', channel: 'user', tier: 'cascade' }
const settings = { queue: 1024, deadline: 600_000 }

const median = (all: number[]): number => all.sort((a, b) => a - b)[all.length >> 1]!

/** Milliseconds of CPU, of all threads. */
async function cpu(work: () => unknown): Promise<number> {
  const began = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(began)
  return (user + system) / 1000
}

const megabytes = (): number => process.memoryUsage().rss / 1e6

async function memory(): Promise<void> {
  console.log('\n| threads | memory, MB | warm after, s |\n| ---: | ---: | ---: |')
  console.log(`| none | ${megabytes().toFixed(0)} | |`)
  for (const workers of [1, 2, 4]) {
    const local = localModels({ folder, clock: systemClock, warn: console.error })
    const began = performance.now()
    const { classifier } = await local.open({ ...settings, workers })
    const warm = (performance.now() - began) / 1000
    const text = prose(0, 4000)
    await Promise.all(
      Array.from({ length: 8 * workers }, () =>
        classifier.classify(text, { ...asked, tier: 'full', every: true }),
      ),
    )
    console.log(`| ${workers} | ${megabytes().toFixed(0)} | ${warm.toFixed(1)} |`)
    await local.close()
  }
}

const open = (file: string): Promise<InferenceSession> =>
  InferenceSession.create(file, { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3 })

function pass(session: InferenceSession, ids: readonly number[]): Promise<unknown> {
  const dims = [1, ids.length]
  const all: Record<string, Tensor> = {
    input_ids: new Tensor('int64', BigInt64Array.from(ids.map(BigInt)), dims),
    attention_mask: new Tensor('int64', new BigInt64Array(ids.length).fill(1n), dims),
    token_type_ids: new Tensor('int64', new BigInt64Array(ids.length), dims),
  }
  return session.run(Object.fromEntries(session.inputNames.map((name) => [name, all[name]!])))
}

async function costs(): Promise<void> {
  const manifest = readManifest(readFileSync(`${folder}/guard.json`, 'utf8'))
  const tokens = tokeniser(new Tokenizer(JSON.parse(readFileSync(`${folder}/tokenizer.json`, 'utf8')), {}))
  const encoder = await open(`${folder}/encoder.onnx`)
  const fast = await open(`${folder}/fast.onnx`)
  const plain = values.plain === undefined ? encoder : await open(values.plain)
  const local = localModels({ folder, clock: systemClock, warn: console.error })
  const { classifier } = await local.open({ ...settings, workers: 1 })

  console.log(
    `\nMilliseconds of CPU; ratios to ${values.plain === undefined ? 'the encoder' : 'the plain pass'}`,
  )
  console.log(
    '\n| tokens | plain | encoder | fast | tokenising | cascade, decided by the fast | by the large |',
  )
  console.log('| ---: | ---: | ---: | ---: | ---: | ---: | ---: |')
  for (const count of TOKENS) {
    const read = { ids: [] as number[], starts: [] as number[], ends: [] as number[] }
    tokens.read(prose(0, 8 * count), 0, read)
    const ids = read.ids.slice(0, count)
    const text = prose(0, 8 * count).slice(0, read.ends[Math.min(count, ids.length) - 5]!)
    // Of another text each time: half its words were seen before.
    let number = 1
    const next = () => prose(number++, 8 * count).slice(0, text.length)
    const contestants: (() => unknown)[] = [
      () => pass(plain, ids),
      () => pass(encoder, ids),
      () => pass(fast, ids),
      () => [...windowsOf(next(), 'user', manifest, tokens)],
      () => classifier.classify(text, { ...asked, tier: 'fast' }),
      () => classifier.classify(text, { ...asked, tier: 'full' }),
    ]
    const taken = contestants.map((): number[] => [])
    for (let round = -3; round < ROUNDS; round++)
      for (const [i, contestant] of contestants.entries()) {
        const ms = await cpu(contestant)
        if (round >= 0) taken[i]!.push(ms)
      }
    const [base, ...rest] = taken.map(median) as [number, ...number[]]
    const cells = rest.map((ms) => `${ms.toFixed(2)} (${(ms / base).toFixed(3)})`)
    console.log(`| ${ids.length} | ${base.toFixed(2)} | ${cells.join(' | ')} |`)
  }
  if (values.texts !== undefined)
    await ofTexts(values.texts, classifier, (ids) => pass(plain, ids), manifest.maxTokens)
  await local.close()
}

/** The cascade over real texts, beside a plain pass of 128 tokens. */
async function ofTexts(
  file: string,
  { classify }: Awaited<ReturnType<ReturnType<typeof localModels>['open']>>['classifier'],
  plain: (ids: readonly number[]) => Promise<unknown>,
  length: number,
): Promise<void> {
  const raw = readFileSync(file)
  const lines = (file.endsWith('.gz') ? gunzipSync(raw) : raw).toString().trim().split('\n')
  const every = Math.max(1, Math.floor(lines.length / 300))
  const taken: number[] = []
  const base: number[] = []
  let windows = 0
  let large = 0
  for (const line of lines.filter((_, i) => i % every === 0)) {
    const { text } = JSON.parse(line) as { text: string }
    taken.push(await cpu(() => classify(text, asked)))
    base.push(await cpu(() => plain(Array.from({ length }, (_, i) => 2000 + i))))
    const judged = await classify(text, asked)
    windows += judged.length
    large += judged.filter(({ by }) => by === 'full').length
  }
  const mean = taken.reduce((sum, ms) => sum + ms, 0) / taken.length
  console.log(
    `\n${taken.length} texts, ${windows} windows, ${large} of them read by the large model: ${mean.toFixed(2)} ms each, ${(mean / median(base)).toFixed(3)} of a plain pass of ${length} tokens`,
  )
}

if (!existsSync(`${folder}/guard.json`))
  throw new Error(`no models in ${folder}: name their folder with --models`)
await memory()
await costs()
