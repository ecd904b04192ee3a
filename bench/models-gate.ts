import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Agent, request } from 'undici'
import { chat, conversation, MARK } from './bodies.ts'
import { median, type Sample, sample } from './measure.ts'
import { build, documents, gate, key, resident, type Server, script, stop } from './processes.ts'

// usage: npx tsx bench/models-gate.ts: the gate with both guards that ask a model (a prompt's injection, an answer's toxicity),
// as a share of the same gate with their rules alone; then at twice the load that it can carry. About a minute.

const CHAT = '/v1/chat/completions'
const ROUNDS = 3
const DURATION = 1500
const OVERLOAD = 5000
setTimeout(() => process.exit(1), 240_000).unref()

build()
const mock = await script('mock')
const loader = await script('load')

const boundary = (model: string, output: string, patience = '') => `apiVersion: sallyport.dev/v1
kind: Boundary
metadata: { name: bench }
spec:
  match: { paths: ["*"] }
  upstreams: [{ name: openai }]
  input: [{ use: prompt-injection, ${patience} with: { model: ${model} } }]
  output: [${output}]
`
function start(name: string, document: string, patient: boolean): Promise<Server> {
  const dir = documents('empty', mock.port, name)
  writeFileSync(join(dir, 'boundaries.yaml'), document)
  // In a closed loop whoever is refused at once comes again at once: those cells wait as long as it takes.
  const models = patient ? '{ queue: 100000, deadline: 20s }' : '{}'
  writeFileSync(
    join(dir, 'gate.yaml'),
    `apiVersion: sallyport.dev/v1\nkind: Gate\nmetadata: { name: gate }\nspec: { models: ${models} }\n`,
  )
  return gate(dir)
}
const WAIT = 'timeout: 20s,'
const rules = await start('rules', boundary('"off"', '{ use: links }'), true)
const both = await start('both', boundary('cascade', `{ use: toxicity, ${WAIT} with: {} }`, WAIT), true)
const rate = ({ calls, duration }: Sample): number => (calls / duration) * 1000

console.log(
  '| 1 KB | connections | rules alone, calls/s | both models | share | p50 ms | p99 ms |\n|---|---:|---:|---:|---:|---:|---:|',
)
for (const [name, template] of [
  ['every text new', chat(1024, false)],
  ['a history that was seen', conversation(4, false)],
] as const)
  for (const connections of [1, 8, 32]) {
    const workload = { name, path: CHAT, template }
    const taken: [Sample, Sample][] = []
    for (let round = -1; round < ROUNDS; round++) {
      const pair: [Sample, Sample] = [
        await sample(loader, rules, workload, connections, DURATION),
        await sample(loader, both, workload, connections, DURATION),
      ]
      if (round >= 0) taken.push(pair)
    }
    const of = (figure: (pair: [Sample, Sample]) => number) => median(taken.map(figure))
    console.log(
      `| ${name} | ${connections} | ${of(([one]) => rate(one)).toFixed(0)} | ${of(([, other]) => rate(other)).toFixed(0)} | ${of(
        ([one, other]) => rate(other) / rate(one),
      ).toFixed(
        2,
      )} | ${of(([, other]) => other.p50).toFixed(1)} | ${of(([, other]) => other.p99).toFixed(1)} |`,
    )
  }

// What it can carry, then twice that, with the limits that ship.
const template = chat(1024, false)
const carried = rate(await sample(loader, both, { path: CHAT, template }, 8, 3000))
await Promise.all([rules, both].map(stop))
const shipped = await start('shipped', boundary('cascade', '{ use: toxicity }'), false)
const before = resident(shipped)
const dispatcher = new Agent({ connections: 500, connect: { timeout: 60_000 } })
const told = new Map<string, number[]>()
let number = 0
async function one(): Promise<void> {
  const began = performance.now()
  const body = template.text.replaceAll(
    MARK,
    () => String.fromCharCode(97 + (number++ % 26)).repeat(4) + String(number % 10_000).padStart(4, '0'),
  )
  const { statusCode, body: answer } = await request(`http://127.0.0.1:${shipped.port}${CHAT}`, {
    method: 'POST',
    dispatcher,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body,
  })
  const text = await answer.text()
  const code =
    statusCode === 200
      ? '200'
      : `${statusCode} ${(JSON.parse(text) as { error: { code: string } }).error.code}`
  told.set(code, [...(told.get(code) ?? []), performance.now() - began])
}
const calls: Promise<void>[] = []
const begin = performance.now()
while (performance.now() - begin < OVERLOAD) {
  const due = ((performance.now() - begin) / 1000) * carried * 2
  while (calls.length < due) calls.push(one())
  await new Promise((resolve) => setTimeout(resolve, 5))
}
await Promise.all(calls)
console.log(`\nIt carries ${carried.toFixed(0)} calls/s; at twice that, for ${OVERLOAD / 1000} s:\n`)
for (const [code, times] of told)
  console.log(
    `- ${code}: ${times.length} calls, p50 ${median(times).toFixed(0)} ms, longest ${Math.max(...times).toFixed(0)} ms`,
  )
console.log(`- memory ${before.toFixed(0)} MB before, ${resident(shipped).toFixed(0)} MB after`)
for (const server of [loader, shipped, mock]) await stop(server)
process.exit(0)
