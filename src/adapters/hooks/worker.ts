/** A thread that runs hooks, one call after the other. Started by `thread.ts`. */
import { parentPort, workerData } from 'node:worker_threads'
import type { HookSource } from '../../core/ports.ts'
import type { Ask, Begun, Reply, ThreadData } from './protocol.ts'
import { thisThread } from './stopwatch.ts'
import { type Prepared, prepare } from './vm.ts'

const port = parentPort!
const { module, pulse } = workerData as ThreadData
const beat = (): void => void Atomics.add(pulse, 0, 1)
const runs = (one: boolean): void => void Atomics.store(pulse, 1, one ? 1 : 0)
const hooks = new Map<number, { source: HookSource; prepared: Prepared }>()

async function open(number: number, source: HookSource): Promise<Reply> {
  const prepared = await prepare(module, source, beat, runs)
  if ('problem' in prepared) return prepared
  hooks.set(number, { source, prepared })
  return 'opened'
}

async function answer(ask: Ask): Promise<void> {
  if ('forget' in ask) return void hooks.delete(ask.forget)
  if ('open' in ask) return port.postMessage(await open(ask.open, ask.source))
  const { source, prepared } = hooks.get(ask.run)!
  beat()
  const reply = prepared.run(ask.input)
  if (!prepared.spent()) return port.postMessage(reply)
  port.postMessage({ ...reply, spent: true })
  // After the answer: nobody waits for it but who comes next. It has been given, so that a failure is this thread's end.
  await open(ask.run, source).catch(() => process.exit(1))
  port.postMessage('ready' satisfies Reply)
}

// In order, also across what waits.
let last = Promise.resolve()
port.on('message', (ask: Ask) => {
  last = last
    .then(() => answer(ask))
    .catch(() => port.postMessage({ failed: 'it could not be prepared' } satisfies Reply))
})

/** WebAssembly is compiled function by function when it first runs, which is nobody's own time. */
async function warm(): Promise<void> {
  const script = `
    const text = request.text.repeat(9).toLowerCase().replace(/(w)o/g, '$1a').split(' ').map((word) => word.trim())
    const counts = new Map(text.map((word, i) => [word, i + 0.5]))
    if (text.includes('x') || /a+b$/i.test(request.text)) return undefined
    return { ...request, counts: [...counts].filter(([word]) => word.indexOf('a') > 0).sort(), text: text.join() }`
  const warming = await prepare(
    module,
    { script, time: 1000, memory: 16 * 1024 ** 2, clock: false },
    beat,
    runs,
  )
  if ('run' in warming)
    for (let i = 0; i < 20; i++) warming.run('{"request":{"text":"some words to read","more":[1,2]}}')
}

await warm()
port.postMessage({ thread: thisThread() } satisfies Begun)
