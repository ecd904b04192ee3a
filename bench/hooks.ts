import { hookEngine } from '../src/adapters/hooks/index.ts'
import type { Hook } from '../src/core/ports.ts'
import { type Lap, laps } from './laps.ts'

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

function measure(name: string, hook: Hook, input: string, calls: number, callers: number): Promise<Lap> {
  return laps(name, () => hook.run(input).catch(() => undefined), calls, callers)
}

/** What a hook costs, through its thread. */
export async function measureHooks(): Promise<Lap[]> {
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
