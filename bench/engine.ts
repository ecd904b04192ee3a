import { systemClock } from '../src/adapters/clock.ts'
import { runningSha256, sha256 } from '../src/adapters/digest.ts'
import { openExchange } from '../src/core/exchange.ts'
import { scan } from '../src/core/json/scan.ts'
import { type Memory, memory } from '../src/core/memory.ts'
import { openSession } from '../src/core/session.ts'
import type { Checks } from '../src/core/types.ts'
import { GUARDS } from '../src/guards/index.ts'
import { buildPolicy } from '../src/policy/build.ts'
import { readFolder } from '../src/policy/folder.ts'
import { PROTOCOLS } from '../src/protocols/index.ts'
import { openaiChat } from '../src/protocols/openai-chat/index.ts'
import { chat, conversation, type Template } from './bodies.ts'

// What is measured without servers: reading JSON, and what a conversation costs the engine. In a process of its own, so
// that the code is warm by nothing else.

export interface EngineQuestion {
  /** Folder of the default boundary's documents. */
  documents: string
  /** Samples of each figure. */
  samples: number
}

/** Medians, in microseconds a call. */
export interface EngineResult {
  scans: { bytes: number; parse: number; scan: number; ratio: number }[]
  turns: { turns: number; bytes: number; read: number; without: number; seen: number; ratio: number }[]
}

let serial = 0
/** The template's text with marks that nobody has seen. */
function fresh({ text, marks }: Template): string {
  const bytes = Buffer.from(text)
  serial++
  for (const at of marks) for (let i = 0; i < 8; i++) bytes[at + i] = 97 + ((serial >>> (i * 4)) & 15)
  return bytes.toString()
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]!

/** Medians of what takes turns: each sample calls each of them `times` times. */
async function interleaved(
  samples: number,
  times: number,
  ...calls: ((index: number) => unknown)[]
): Promise<{ medians: number[]; ratio: number }> {
  const taken = calls.map((): number[] => [])
  for (let sample = -3; sample < samples; sample++)
    for (const [which, call] of calls.entries()) {
      const began = performance.now()
      for (let i = 0; i < times; i++) {
        const answer = call(i)
        if (answer instanceof Promise) await answer
      }
      if (sample >= 0) taken[which]!.push(((performance.now() - began) * 1000) / times)
    }
  const ratio = median(taken[0]!.map((value, i) => taken.at(-1)![i]! / value))
  return { medians: taken.map(median), ratio }
}

async function scans(samples: number): Promise<EngineResult['scans']> {
  const all: EngineResult['scans'] = []
  for (const size of [1024, 65_536, 1_048_576]) {
    // Texts that differ, so that nobody has read this one before.
    const texts = Array.from({ length: 8 }, () => fresh(chat(size, false)))
    const { medians, ratio } = await interleaved(
      samples,
      Math.max(8, 4_194_304 / size / 4),
      (i) => JSON.parse(texts[i % texts.length]!),
      (i) => scan(texts[i % texts.length]!),
    )
    all.push({ bytes: Buffer.byteLength(texts[0]!), parse: medians[0]!, scan: medians[1]!, ratio })
  }
  return all
}

function inspect(text: string, checks: Checks, remembers: Memory | undefined): Promise<void> | undefined {
  const exchange = openExchange({
    checks,
    tenant: 'bench',
    clock: systemClock,
    memory: remembers,
    holdCharacters: 65_536,
  })
  const session = openSession(exchange, { direction: 'request', stream: false })
  session.push(openaiChat.request(text).unit)
  const release = session.end()
  const check = (block: unknown): undefined => {
    if (block !== undefined) throw new Error('a harmless conversation was blocked')
  }
  return release instanceof Promise ? release.then(({ block }) => check(block)) : check(release.block)
}

async function turns(checks: Checks, samples: number): Promise<EngineResult['turns']> {
  const all: EngineResult['turns'] = []
  for (const turns of [1, 10, 100]) {
    const template = conversation(turns, false)
    const remembers = memory(sha256, runningSha256, 32 * 1024 * 1024)
    const texts = Array.from({ length: 16 }, () => fresh(template))
    const next = () => fresh(template)
    const times = Math.max(4, Math.round(200 / turns))
    let ready: string[] = []
    const { medians } = await interleaved(
      samples,
      times,
      (i) => openaiChat.request(texts[i % texts.length]!),
      (i) => inspect(texts[i % texts.length]!, checks, undefined),
      (i) => {
        if (i === 0) ready = []
        ready.push(next())
      },
      (i) => inspect(ready[i]!, checks, remembers),
    )
    const [read, without, , seen] = medians as [number, number, number, number]
    all.push({
      turns,
      bytes: Buffer.byteLength(template.text),
      read,
      without: without - read,
      seen: seen - read,
      ratio: (seen - read) / (without - read),
    })
  }
  return all
}

async function measure({ documents, samples }: EngineQuestion): Promise<EngineResult> {
  const built = await buildPolicy(await readFolder(documents), {
    modules: GUARDS,
    ports: {
      secret() {
        throw new Error('no secrets here')
      },
    },
    paths: PROTOCOLS.map(({ path, upstreams }) => ({ path, protocols: upstreams })),
    packageVersion: 'bench',
  })
  if ('errors' in built) throw new Error(built.errors.map(({ message }) => message).join('\n'))
  const { checks } = built.policy.boundaries[0]!
  return { scans: await scans(samples), turns: await turns(checks, samples) }
}

process.on('message', (question: EngineQuestion) => {
  measure(question).then(
    (result) => process.send?.({ result }),
    (error: unknown) => process.send?.({ error: String(error) }),
  )
})
process.on('disconnect', () => process.exit(0))
process.send?.({ port: 0 })
