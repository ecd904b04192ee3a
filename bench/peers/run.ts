import { writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type Cell, cells, PACED_STREAM, sample, WORKLOADS } from '../measure.ts'
import { fillIn } from '../performance.ts'
import { build, documents, gate, resident, type Server, script, stop } from '../processes.ts'
import { check, FORBIDDEN, type Issuer, limited, openIssuer } from './gates.ts'
import { keysIn, litellm, NotHere, portkey, portkeyGuarded, portkeyTo, redis, versions } from './gateways.ts'
import { type Absent, type PeerTarget, peersReport, peersSummary } from './report.ts'

const ASKED = [
  { workload: WORKLOADS[0]!, connections: 32 },
  { workload: WORKLOADS[0]!, connections: 1 },
  { workload: WORKLOADS[2]!, connections: 32 },
  { workload: PACED_STREAM, connections: 1 },
]

/** Starts what this machine can run, in the order in which it is measured. */
async function startAll(mock: number, issuer: Issuer) {
  const servers = new Map<PeerTarget, Server>()
  const beside: Server[] = []
  const absent: Absent[] = []
  const shown = { authorization: `Bearer ${issuer.token}` }
  const add = async (target: PeerTarget, start: () => Promise<Server>) => {
    try {
      servers.set(target, await start())
    } catch (error) {
      if (!(error instanceof NotHere)) throw error
      absent.push({ target, why: error.message })
    }
  }
  await add('bare proxy', () => script('bare-proxy', `http://127.0.0.1:${mock}`))
  await add('empty boundary', () => gate(documents('empty', mock)))
  await add('default boundary', () => gate(documents('default', mock)))
  await add('JWT, limits in memory', async () => ({
    ...(await gate(limited(issuer, mock))),
    headers: shown,
  }))
  await add('JWT, limits in Redis', async () => {
    const store = await redis()
    beside.push(store)
    return { ...(await gate(limited(issuer, mock, store.port))), headers: shown, beside: [store.pid] }
  })
  await add('Portkey', async () => ({ ...(await portkey()), headers: portkeyTo(mock) }))
  await add('Portkey, two guardrails', async () => ({
    ...(await portkey()),
    headers: portkeyGuarded(mock, FORBIDDEN),
  }))
  await add('LiteLLM', () => litellm(mock))
  return { servers, beside, absent }
}

/** The gate beside other gateways, in the same rounds. */
export async function peers(quick: boolean): Promise<void> {
  const sizes = quick
    ? { rounds: 2, duration: 200, warm: 300, settle: 500 }
    : { rounds: 5, duration: 1000, warm: 2000, settle: 3000 }
  build()
  const mock = await script('mock')
  const loader = await script('load')
  const issuer = await openIssuer()
  const { servers, beside, absent } = await startAll(mock.port, issuer)
  const began = performance.now()
  const say = (what: string) =>
    process.stderr.write(`${Math.round((performance.now() - began) / 1000)} s  ${what}\n`)
  await sleep(sizes.settle)
  const idle = new Map([...servers].map(([target, server]) => [target, resident(server)]))
  await check(servers)

  say('warming up')
  for (const workload of new Set(ASKED.map(({ workload }) => workload)))
    for (const server of servers.values()) await sample(loader, server, workload, 32, sizes.warm)

  const taken: Cell<PeerTarget>[] = []
  for (const { workload, connections } of ASKED) {
    say(`${workload.name}, ${connections} connections`)
    taken.push(...(await cells(loader, servers, workload, connections, sizes)))
  }
  // A gate that lost its Redis goes on by itself, and would be measured as if it had not.
  for (const store of beside)
    if ((await keysIn(store)) === 0) throw new Error('the limits in Redis were not counted there')
  const memory = new Map(
    [...servers].map(([target, server]) => [target, { idle: idle.get(target)!, loaded: resident(server) }]),
  )
  for (const server of [loader, ...servers.values(), ...beside, mock]) await stop(server)
  issuer.close()

  const measured = {
    quick,
    seconds: (performance.now() - began) / 1000,
    cells: taken,
    memory,
    absent,
    versions: versions(),
  }
  const text = peersReport(measured)
  if (!quick) {
    writeFileSync(fileURLToPath(new URL('../peers.md', import.meta.url)), text)
    fillIn('peers', peersSummary(measured))
  }
  process.stdout.write(text)
}
