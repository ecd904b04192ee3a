import { setTimeout as sleep } from 'node:timers/promises'
import { startGate, stopAll, until } from '../gate.ts'
import { FAULTS, type Fault } from './faults.ts'
import { startFaulty } from './server.ts'
import { ask, documents, KEY, WAYS } from './setting.ts'

// Meets every fault again and again, and says what is left of it: run by `leaks.test.ts`, with `--expose-gc`.

const ROUNDS = 6
const upstream = await startFaulty()
const timeouts = { connect: '200ms', firstByte: '200ms', idle: '100ms', total: '500ms' }
const gate = await startGate({ documents: documents(upstream.port, timeouts), env: { UPSTREAM_KEY: KEY } })
/** Tens of megabytes each, and slow for it. */
const faults = FAULTS.filter(({ name }) => !name.startsWith('has a body without end'))

const quick = faults.filter(({ whole, streamed }) => !/timeout|rejected/.test(whole + streamed))

async function round(of: readonly Fault[]): Promise<number> {
  for (const { serve } of of) {
    upstream.serve = serve
    await Promise.all(WAYS.map((way) => ask(gate, way)))
    upstream.drop()
  }
  return of.length * WAYS.length
}

/** What stands when all has come to rest. */
async function rest(): Promise<{ heap: number; resources: Record<string, number> }> {
  await until(() => upstream.open === 0)
  // Longer than any timer of a connection.
  await sleep(1500)
  for (let times = 0; times < 3; times++) {
    globalThis.gc!()
    await sleep(50)
  }
  const resources: Record<string, number> = {}
  // Files are looked at all the time, to see whether they have changed.
  for (const type of process.getActiveResourcesInfo())
    if (!type.startsWith('FSReq')) resources[type] = (resources[type] ?? 0) + 1
  return { heap: process.memoryUsage().heapUsed, resources }
}

// What is made once, or kept up to a limit, is made.
await round(faults)
await round(quick)
const before = await rest()
let calls = await round(faults)
for (let rounds = 0; rounds < ROUNDS; rounds++) calls += await round(quick)
const after = await rest()
await stopAll()
await upstream.close()
process.stdout.write(JSON.stringify({ calls, before, after }))
