/** What a hook costs, through its thread; prints one line a figure. `npx tsx bench/hooks.ts` */
import { hookEngine } from '../src/adapters/hooks/index.ts'
import type { Hook } from '../src/core/ports.ts'

const SEED = `
if (request.body.prompt.includes("ignore previous instructions")) {
  return {status: "REJECT", code: 403, reason: "Potential prompt injection detected."}
}
if (request.body.prompt.length > 4096) {
  return {status: "REJECT", code: 413, reason: "Prompt exceeds maximum allowed length."}
}
return {status: "ALLOW"};`

/** As large as a call of an ordinary prompt. */
function shown(characters: number): string {
  const prompt = 'What is the weather like? '.repeat(characters / 26)
  return JSON.stringify({
    request: {
      path: '/v1/generate',
      method: 'POST',
      boundary: 'support-bot',
      stage: 'input',
      model: 'm',
      stream: false,
      caller: { subject: 'ada', tenant: 'acme', roles: ['agent'], claims: {} },
      upstreams: [{ name: 'openai', protocol: 'openai' }],
      findings: [],
      body: { model: 'm', prompt },
      parts: [{ path: '/prompt', origin: 'user', kind: 'text', text: prompt }],
    },
  })
}

export interface HookFigures {
  name: string
  /** Milliseconds. */
  p50: number
  p99: number
}

const of = (sorted: readonly number[], share: number) => sorted[Math.floor((sorted.length - 1) * share)]!

/** `lanes` callers that each ask again as soon as they have their answer. */
async function measure(name: string, hook: Hook, input: string, calls: number, lanes: number) {
  const took: number[] = []
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      for (let i = 0; i < calls / lanes; i++) {
        const began = performance.now()
        await hook.run(input).catch(() => undefined)
        took.push(performance.now() - began)
      }
    }),
  )
  took.sort((a, b) => a - b)
  return { name, p50: of(took, 0.5), p99: of(took, 0.99) }
}

export async function measureHooks(): Promise<HookFigures[]> {
  const engine = hookEngine()
  const open = async (script: string): Promise<Hook> => {
    const opened = await engine.open({ script, time: 10, memory: 16 * 1024 * 1024, clock: false })
    if ('problem' in opened) throw new Error(opened.problem.message)
    return opened.hook
  }
  const seed = await open(SEED)
  const small = shown(1000)
  await measure('warm-up', seed, small, 500, 1)
  const figures = [
    await measure('seed hook, 1 KB prompt', seed, small, 3000, 1),
    await measure('seed hook, 4 KB prompt', seed, shown(4000), 3000, 1),
    await measure('seed hook, 100 KB prompt', seed, shown(100_000), 200, 1),
    await measure('seed hook, 32 callers', seed, small, 20_000, 32),
  ]
  const endless = await open('for (;;);')
  let over = false
  const flood = Promise.all(
    Array.from({ length: 8 }, async () => {
      while (!over) await endless.run(small).catch(() => undefined)
    }),
  )
  figures.push(await measure('seed hook beside 8 callers of an endless loop', seed, small, 300, 1))
  over = true
  await flood
  await engine.close()
  return figures
}

const memory = () => process.memoryUsage().rss / 1024 ** 2
const before = memory()
for (const { name, p50, p99 } of await measureHooks())
  process.stdout.write(`${name}: p50 ${p50.toFixed(3)} ms, p99 ${p99.toFixed(3)} ms\n`)
process.stdout.write(`memory: ${(memory() - before).toFixed(0)} MB more than before\n`)
