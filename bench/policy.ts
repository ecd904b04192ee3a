import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { regoEngine } from '../src/adapters/rego/index.ts'
import { INPUT_SCHEMA } from '../src/checkpoints/rego/schema.ts'
import type { RegoAsk, RegoProgram } from '../src/core/ports.ts'
import { chat } from './bodies.ts'
import { measureHooks } from './hooks.ts'
import { type Lap, laps, show } from './laps.ts'
import { median, type Sample, sample } from './measure.ts'
import { build, documents, gate, key, resident, type Server, script, stop } from './processes.ts'

// usage: npm run bench:policy: what policies that are code cost: to compile, for a decision, and the gate with them as a share of
// the gate without. About three minutes.

const CHAT = '/v1/chat/completions'
const ROUNDS = 3
const DURATION = 1500
const DEADLINE = 200
setTimeout(() => process.exit(1), 420_000).unref()

const TINY = `package tiny

deny contains "Too long." if input.context_payload.token_count > 100000
`
/** 55 lines, as an organisation might write them. */
const LARGE = `package large

import future.keywords.not

default limits := {}

limits := data.limits

default lists := {}

lists := data.models

tier := t if {
	some role in input.caller.roles
	t := data.tiers[role]
} else := "free"

deny contains {"code": "policy.model", "msg": sprintf("This model is not for tier %v.", [tier])} if {
	not input.model.name in object.get(lists, tier, [])
}

deny contains {"code": "policy.context", "msg": "The context is too long."} if {
	limit := object.get(limits, tier, 1000)
	is_number(limit)
	input.context_payload.token_count > limit
}

deny contains {"code": "policy.finding", "msg": concat(": ", ["Found", finding.code])} if {
	some finding in input.findings
	startswith(finding.code, "secret.")
}

deny contains {"code": "policy.tool", "msg": sprintf("No tool %v.", [tool])} if {
	some tool in input.tools.offered
	not tool_granted(tool)
}

tool_granted(name) if {
	some pattern in data.tools
	glob.match(pattern, ["."], name)
}

deny contains "Outside of working hours." if {
	[hour, _, _] := time.clock([time.parse_rfc3339_ns(input.time), "UTC"])
	not hour in numbers.range(0, 23)
}

flag contains {"code": "policy.long", "msg": "A long text."} if {
	some part in input.parts.user
	part.length > 100000
}

flag contains "An old model." if regex.match(\`^gpt-3\`, object.get(input.model, "name", ""))
`
const DATA = {
  limits: { free: 2000, paid: 8000 },
  models: { free: ['bench-model'], paid: ['bench-model', 'large'] },
  tiers: { customer: 'paid' },
  tools: ['search.*', 'mail.*'],
}
const parts = (count: number) =>
  Array.from({ length: count }, (_, i) => ({
    path: `messages[${i}].content`,
    kind: 'text',
    length: 400,
    tokens: 100,
  }))
const INPUT = JSON.stringify({
  stage: 'policy',
  time: '2026-11-25T10:00:00.000Z',
  boundary: 'chat',
  path: CHAT,
  stream: false,
  model: { name: 'bench-model', context_tokens: 128_000 },
  upstreams: [{ name: 'openai', protocol: 'openai' }],
  caller: { subject: 'ada', tenant: 'acme', roles: ['customer'], claims: {} },
  parts: { system: parts(1), user: parts(10), retrieved: parts(3), tool: [], model: parts(9) },
  answer_parts: [],
  findings: [],
  context_payload: { token_count: 300 },
  tokens: { system: 100, user: 1000, retrieved: 300, tool: 0, model: 900, total: 2300 },
  estimate: { input_tokens: 2300 },
  tools: { offered: ['search.web', 'mail.send'], called: [] },
})

// The engines alone, through their threads.
const began = performance.now()
const engine = regoEngine({ warn: (message) => console.error(message) })
async function compile(source: string, ask: RegoAsk): Promise<RegoProgram> {
  const modules = [{ file: 'p.rego', source }]
  const schema = JSON.stringify(INPUT_SCHEMA)
  const result = await engine.compile({ modules, data: JSON.stringify(DATA), asks: [ask], schema })
  if ('problems' in result) throw new Error(JSON.stringify(result.problems))
  return result.program
}
const tiny = await compile(TINY, { package: 'tiny' })
await tiny.decide(0, INPUT, DEADLINE)
const first = performance.now() - began
const compiling: number[] = []
let large = await compile(LARGE, { package: 'large' })
for (let i = 0; i < 20; i++) {
  const from = performance.now()
  large = await compile(`${LARGE}\n# ${i}\n`, { package: 'large' })
  compiling.push(performance.now() - from)
}
/** As the gate makes it: with what the program reads. */
const inputOf = ({ reads }: RegoProgram): string =>
  JSON.stringify(
    Object.fromEntries(
      Object.entries(JSON.parse(INPUT) as object).filter(([name]) => reads?.has(name) !== false),
    ),
  )
const decide =
  (program: RegoProgram, input = inputOf(program)) =>
  async (): Promise<void> => {
    const answer = await program.decide(0, input, DEADLINE)
    if (!('rules' in answer)) throw new Error(JSON.stringify(answer))
  }
const LINES = LARGE.split('\n').length - 1
const figures: Lap[] = [
  await laps('Rego, one rule', decide(tiny), 5000, 1),
  await laps(`Rego, one rule, given all ${INPUT.length} bytes`, decide(tiny, INPUT), 5000, 1),
  await laps(`Rego, ${LINES} lines`, decide(large), 3000, 1),
  await laps('Rego, one rule, 32 callers', decide(tiny), 20_000, 32),
  await laps(`Rego, ${LINES} lines, 32 callers`, decide(large), 10_000, 32),
  ...(await measureHooks()),
]
console.log(
  `input of ${INPUT.length} bytes, of which the rules read ${inputOf(tiny).length} and ${inputOf(large).length}; first decision after ${first.toFixed(0)} ms in a process that was up`,
)
console.log(`${LINES} lines are compiled in ${median(compiling).toFixed(1)} ms\n`)
console.log(show(figures))
await engine.close()

// The gate with and without.
const workload = { name: '1 KB', path: CHAT, template: chat(1024, false) }
build()
const mock = await script('mock')
const loader = await script('load')
const boundary = (more: string) => `apiVersion: sallyport.dev/v1
kind: Boundary
metadata: { name: bench }
spec:
  match: { paths: ["*"] }
  upstreams: [{ name: openai }]
${more}`
async function start(name: string, more: string, rego?: string): Promise<Server & { ready: number }> {
  const dir = documents('empty', mock.port, name)
  writeFileSync(join(dir, 'boundaries.yaml'), boundary(more))
  if (rego !== undefined) {
    writeFileSync(join(dir, 'p.rego'), rego)
    writeFileSync(join(dir, 'data.json'), JSON.stringify(DATA))
  }
  return gate(dir)
}
const use = (name: string) =>
  `  policy: [{ use: rego, with: { package: ${name}, deadline: 1000ms }, timeout: 10s }]\n`
const HOOK = `  input:
    - use: hook
      with:
        time: 1s
        script: |
          return request.body.messages[1].content.includes("ignore previous instructions")
            ? {status: "REJECT", code: 403, reason: "Potential prompt injection detected."}
            : {status: "ALLOW"}
`
const empty = await start('none', '')
const withs = {
  'Rego, one rule': await start('tiny', use('tiny'), TINY),
  [`Rego, ${LINES} lines`]: await start('large', use('large'), LARGE),
  hook: await start('hook', HOOK),
}
const asked = performance.now()
await call(withs['Rego, one rule']!)
console.log(
  `\nstart to ready without ${empty.ready.toFixed(0)} ms, with Rego ${withs['Rego, one rule']!.ready.toFixed(0)} ms, and its first decision ${(performance.now() - asked).toFixed(0)} ms later`,
)
const memory = Object.entries(withs).map(([name, server]) => `${name} ${resident(server).toFixed(0)}`)
console.log(`memory, MB: without ${resident(empty).toFixed(0)}, ${memory.join(', ')}\n`)
console.log(
  '| gate, 1 KB | connections | without, calls/s | with | share | p50 ms | p99 ms | CPU, µs | without |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|',
)
const rate = ({ calls, duration }: Sample): number => (calls / duration) * 1000
for (const [name, server] of Object.entries(withs))
  for (const connections of [1, 32]) {
    const taken: [Sample, Sample][] = []
    for (let round = -1; round < ROUNDS; round++) {
      const pair: [Sample, Sample] = [
        await sample(loader, empty, workload, connections, DURATION),
        await sample(loader, server, workload, connections, DURATION),
      ]
      if (round >= 0) taken.push(pair)
    }
    const of = (figure: (pair: [Sample, Sample]) => number) => median(taken.map(figure))
    console.log(
      `| ${name} | ${connections} | ${of(([one]) => rate(one)).toFixed(0)} | ${of(([, other]) => rate(other)).toFixed(0)} | ${of(([one, other]) => rate(other) / rate(one)).toFixed(2)} | ${of(([, other]) => other.p50).toFixed(2)} | ${of(([, other]) => other.p99).toFixed(2)} | ${of(([, other]) => other.cpu * 1000).toFixed(0)} | ${of(([one]) => one.cpu * 1000).toFixed(0)} |`,
    )
  }
for (const server of [loader, empty, ...Object.values(withs), mock]) await stop(server)
process.exit(0)

async function call(server: Server): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${server.port}${CHAT}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: workload.template.text,
  })
  if (response.status !== 200) throw new Error(await response.text())
}
