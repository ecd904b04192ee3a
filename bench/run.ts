import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { EngineQuestion, EngineResult } from './engine.ts'
import {
  attackFound,
  type Cell,
  cells,
  conversations,
  median,
  PACED_STREAM,
  sample,
  type Target,
  WORKLOADS,
} from './measure.ts'
import { peers } from './peers/run.ts'
import { fillIn, resultsSummary } from './performance.ts'
import { ask, build, documents, gate, resident, type Server, script, stop } from './processes.ts'
import { SPOKEN } from './protocols.ts'
import { protocolReport, report } from './report.ts'

// usage: npm run bench [-- --protocols | --peers] [--quick]

const quick = process.argv.includes('--quick')
const sizes = quick
  ? {
      connections: [32],
      rounds: 2,
      duration: 200,
      warm: 1000,
      starts: 1,
      settle: 500,
      turns: 1,
      samples: 5,
    }
  : {
      connections: [1, 32, 128],
      rounds: 5,
      duration: 1000,
      warm: 2500,
      starts: 5,
      settle: 3000,
      turns: 3,
      samples: 41,
    }
/** A run that hangs ends. */
setTimeout(() => {
  console.error('the bench took too long')
  process.exit(1)
}, 480_000).unref()

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Each protocol's throughput as a share of the bare proxy's for the same bytes. */
async function protocols(): Promise<void> {
  build()
  const mock = await script('mock')
  const loader = await script('load')
  const servers = new Map<Target, Server>([
    ['bare proxy', await script('bare-proxy', `http://127.0.0.1:${mock.port}`)],
    ['empty boundary', await gate(documents('empty', mock.port))],
    ['default boundary', await gate(documents('default', mock.port))],
  ])
  const taken: Cell[] = []
  const asked = SPOKEN.flatMap(({ name, path, request, events }) => [
    { name, path, template: request(false) },
    ...(events === undefined ? [] : [{ name: `${name}, streamed`, path, template: request(true) }]),
  ])
  for (const workload of asked)
    for (const server of servers.values()) await sample(loader, server, workload, 32, sizes.warm)
  // Round by round over all of them, so that what disturbs the machine does not disturb one protocol alone.
  const rounds: Cell[][] = []
  for (let round = 0; round < sizes.rounds; round++) {
    const cellsOfRound: Cell[] = []
    for (const workload of asked)
      cellsOfRound.push(...(await cells(loader, servers, workload, 32, { ...sizes, rounds: 1 })))
    rounds.push(cellsOfRound)
  }
  for (const [i, cell] of rounds[0]!.entries())
    taken.push({
      ...cell,
      rate: median(rounds.map((round) => round[i]!.rate)),
      rateRatio: median(rounds.map((round) => round[i]!.rateRatio)),
      cpu: median(rounds.map((round) => round[i]!.cpu)),
    })
  for (const server of [loader, ...servers.values(), mock]) await stop(server)
  const text = protocolReport(taken)
  if (!quick) writeFileSync(fileURLToPath(new URL('protocols.md', import.meta.url)), text)
  process.stdout.write(text)
}

async function main(): Promise<void> {
  const began = performance.now()
  const say = (what: string) =>
    process.stderr.write(`${Math.round((performance.now() - began) / 1000)} s  ${what}\n`)
  build()
  const mock = await script('mock')
  const loader = await script('load')
  const empty = documents('empty', mock.port)
  const full = documents('default', mock.port)

  say('starts and memory')
  const starts: number[] = []
  for (let i = 1; i < sizes.starts; i++) {
    const started = await gate(full)
    starts.push(started.ready)
    await stop(started)
  }
  const last = await gate(full)
  starts.push(last.ready)
  const servers = new Map<Target, Server>([
    ['mock', mock],
    ['bare proxy', await script('bare-proxy', `http://127.0.0.1:${mock.port}`)],
    ['empty boundary', await gate(empty)],
    ['default boundary', last],
  ])
  await pause(sizes.settle)
  const idle = new Map([...servers].map(([target, server]) => [target, resident(server)]))

  say('warming up')
  for (const workload of WORKLOADS)
    for (const server of servers.values()) await sample(loader, server, workload, 32, sizes.warm)

  const taken: Cell[] = []
  for (const workload of WORKLOADS)
    for (const connections of sizes.connections) {
      say(`${workload.name}, ${connections} connections`)
      taken.push(...(await cells(loader, servers, workload, connections, sizes)))
    }
  const paced: Cell[] = []
  for (const connections of quick ? [1] : [1, 32]) {
    say(`${PACED_STREAM.name}, ${connections} connections`)
    paced.push(...(await cells(loader, servers, PACED_STREAM, connections, sizes)))
  }
  const memory = new Map(
    [...servers].map(([target, server]) => [target, { idle: idle.get(target)!, loaded: resident(server) }]),
  )

  say('conversations')
  const turns = await conversations(loader, last, { rounds: sizes.turns, duration: sizes.duration })
  const found = await attackFound(last)
  for (const server of [loader, ...servers.values()]) await stop(server)

  say('the engine alone')
  const engine = await script('engine')
  const question: EngineQuestion = { documents: full, samples: sizes.samples }
  const result = await ask<EngineResult>(engine, question)
  await stop(engine)

  const measured = {
    quick,
    seconds: (performance.now() - began) / 1000,
    cells: taken,
    paced,
    starts,
    memory,
    turns,
    attackFound: found,
    engine: result,
  }
  const text = report(measured)
  if (!quick) {
    writeFileSync(fileURLToPath(new URL('results.md', import.meta.url)), text)
    fillIn('results', resultsSummary(measured))
  }
  process.stdout.write(text)
}

if (process.argv.includes('--peers')) await peers(quick)
else await (process.argv.includes('--protocols') ? protocols() : main())
process.exit(0)
