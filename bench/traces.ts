import { median, type Sample, sample, WORKLOADS } from './measure.ts'
import { build, documents, gate, type Server, script, stop } from './processes.ts'

// usage: npx tsx bench/traces.ts: the gate without traces, with one call in ten and with every call traced, in turn.

const CONNECTIONS = 32
const ROUNDS = 7
const DURATION = 1000
/** A run that hangs ends. */
setTimeout(() => process.exit(1), 240_000).unref()

build()
const mock = await script('mock')
const loader = await script('load')
const collector = await script('collector')
const config = documents('default', mock.port)
const traced = (ratio: string) =>
  gate(config, [], {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.port}`,
    OTEL_TRACES_SAMPLER: 'traceidratio',
    OTEL_TRACES_SAMPLER_ARG: ratio,
  })
const gates: [string, Server][] = [
  ['off', await gate(config)],
  ['0.1', await traced('0.1')],
  ['1', await traced('1')],
]
const rate = ({ calls, duration }: Sample): number => (calls / duration) * 1000

console.log(
  '| traced | workload | calls/s | to none | CPU ms a call | to none |\n|---|---|---:|---:|---:|---:|',
)
for (const workload of [WORKLOADS[0]!, WORKLOADS[2]!]) {
  for (const server of gates.map(([, gate]) => gate))
    await sample(loader, server, workload, CONNECTIONS, 2500)
  const rounds: Map<string, Sample>[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const taken = new Map<string, Sample>()
    // Whoever comes after another would always find the machine as that one left it.
    const turned = [...gates.slice(round % gates.length), ...gates.slice(0, round % gates.length)]
    for (const [name, server] of turned)
      taken.set(name, await sample(loader, server, workload, CONNECTIONS, DURATION))
    rounds.push(taken)
  }
  const of = (figure: (round: Map<string, Sample>) => number) => median(rounds.map(figure))
  for (const [name] of gates) {
    const figures = [
      of((round) => rate(round.get(name)!)).toFixed(0),
      of((round) => rate(round.get(name)!) / rate(round.get('off')!)).toFixed(2),
      of((round) => round.get(name)!.cpu).toFixed(3),
      of((round) => round.get(name)!.cpu / round.get('off')!.cpu).toFixed(2),
    ]
    console.log(`| ${name} | ${workload.name} | ${figures.join(' | ')} |`)
  }
}
for (const server of [loader, ...gates.map(([, gate]) => gate), collector, mock]) await stop(server)
process.exit(0)
