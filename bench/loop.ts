import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { hashKey } from '../src/identity/keys.ts'
import { build, built, gate, key, stop, temporary } from './processes.ts'

// usage: npx tsx bench/loop.ts [part of a case's name]
// How long one exchange holds up the event loop of the gate, with every guard in its way. See README.md.

setTimeout(() => {
  console.error('the bench took too long')
  process.exit(1)
}, 300_000).unref()

const MiB = 1024 * 1024
const ROUNDS = 3
const repeat = (text: string, length: number): string =>
  text.repeat(Math.ceil(length / text.length)).slice(0, length)
const PROSE =
  'The quick brown fox jumps over the lazy dog, and nobody minds that it did so twice on a Monday. '
const CYRILLIC = 'Съешь же ещё этих мягких французских булок, да выпей чаю. '
const LINES = 'A line of code(); // with "quotes"\n\tand a tab\n'
const EMAILS = 'write to someone.else@example.com, or call. '

let answer: { type: string; body: Buffer } = { type: 'application/json', body: Buffer.alloc(0) }
const said = (content: string) =>
  Buffer.from(
    JSON.stringify({
      id: 'c',
      object: 'chat.completion',
      created: 1,
      model: 'm',
      choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
    }),
  )
const event = (content: string) =>
  Buffer.from(
    `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta: { content }, finish_reason: 'stop' }] })}\n\ndata: [DONE]\n\n`,
  )
const model = createServer((incoming, response) => {
  incoming.resume()
  incoming.on('end', () => response.writeHead(200, { 'content-type': answer.type }).end(answer.body))
})
await new Promise<void>((resolve) => model.listen(0, '127.0.0.1', resolve))

const chat = (contents: readonly string[], more: object = {}) =>
  JSON.stringify({ model: 'm', ...more, messages: contents.map((content) => ({ role: 'user', content })) })
const SMALL = said('hello')
interface Case {
  name: string
  body(round: number): string
  answer?: { type: string; body: Buffer }
}
const parts = (text: string, count: number, length: number) => (round: number) =>
  chat(Array.from({ length: count }, (_, i) => `${round} ${i} ${repeat(text, length)}`))
const one = () => chat(['hi'])
const CASES: Case[] = [
  { name: 'request, 4 MiB, one text', body: parts(PROSE, 1, 4 * MiB - 64) },
  { name: 'request, 4 MiB, one text, lines and quotes', body: parts(LINES, 1, 4 * MiB - 64) },
  { name: 'request, 4 Mi characters, one text, Cyrillic', body: parts(CYRILLIC, 1, 4 * MiB - 64) },
  { name: 'request, 1 MiB, one text, all emails', body: parts(EMAILS, 1, MiB) },
  { name: 'request, 20 MiB, five texts', body: parts(PROSE, 5, 4 * MiB - 1024) },
  { name: 'request, 20 MiB, 9,900 messages', body: parts(PROSE, 9_900, 2_050) },
  {
    name: 'request, 1 MiB of a list of small numbers',
    body: () => chat(['hi'], { list: 0 }).replace('0', `[${'1,'.repeat(520_000)}1]`),
  },
  {
    name: 'request, 1 MiB of a list of small strings',
    body: () => chat(['hi'], { list: 0 }).replace('0', `[${'"word",'.repeat(45_000)}"a"]`),
  },
  {
    name: 'answer, 60 MiB, one text',
    body: one,
    answer: { type: 'application/json', body: said(repeat(PROSE, 60 * MiB)) },
  },
  {
    name: 'answer, 60 MiB, one text, Cyrillic',
    body: one,
    answer: { type: 'application/json', body: said(repeat(CYRILLIC, 33 * MiB)) },
  },
  {
    name: 'answer, 60 MiB, one text, lines and quotes',
    body: one,
    answer: { type: 'application/json', body: said(repeat(LINES, 53 * MiB)) },
  },
  {
    name: 'answer, one event of 7 MiB',
    body: () => chat(['hi'], { stream: true }),
    answer: { type: 'text/event-stream', body: event(repeat(PROSE, 7 * MiB)) },
  },
]

const guards =
  '[{ use: length, with: { maxCharacters: 100000000 } }, { use: keywords, with: { words: ["the vault is"], patterns: ["ACME-[0-9]{4}"] } }, { use: pii }]'
const dir = join(temporary, 'policy-loop')
mkdirSync(dir)
writeFileSync(
  join(dir, 'all.yaml'),
  `apiVersion: sallyport.dev/v1\nkind: Boundary\nmetadata: { name: all }\nspec: { upstreams: [{ name: m }], input: ${guards}, context: ${guards}, output: ${guards}, tool: ${guards} }\n---\n` +
    `apiVersion: sallyport.dev/v1\nkind: Upstream\nmetadata: { name: m }\nspec: { protocol: openai, baseUrl: "http://127.0.0.1:${(model.address() as AddressInfo).port}/v1" }\n---\n` +
    `apiVersion: sallyport.dev/v1\nkind: Consumer\nmetadata: { name: bench }\nspec: { tenant: bench, keys: [{ sha256: "${hashKey(key)}" }] }\n`,
)

build()
const file = join(temporary, 'loop.json')
process.env.LOOP_FILE = file
const server = await gate(dir, ['--import', join(built, 'bench/loop-probe.js')])

function send(body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        port: server.port,
        host: '127.0.0.1',
        method: 'POST',
        path: '/v1/chat/completions',
        headers: {
          authorization: `Bearer ${key}`,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
        },
      },
      (response) => {
        response.resume()
        response.on('end', () => resolve(response.statusCode ?? 0))
        response.on('error', reject)
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
async function probed(): Promise<{ wall: number; busy: number }> {
  await pause(50)
  rmSync(file, { force: true })
  process.kill(server.pid, 'SIGUSR2')
  for (;;) {
    await pause(10)
    try {
      return JSON.parse(readFileSync(file, 'utf8')) as { wall: number; busy: number }
    } catch {}
  }
}

answer = { type: 'application/json', body: SMALL }
for (let i = 0; i < 20; i++) await send(chat([`${i} ${repeat(PROSE, 64 * 1024)}`]))
const only = process.argv[2]
console.log(
  '| one exchange | status | busy without a turn, ms | event loop delay, ms |\n| --- | ---: | ---: | ---: |',
)
for (const { name, body, answer: given } of CASES) {
  if (only !== undefined && !name.includes(only)) continue
  answer = given ?? { type: 'application/json', body: SMALL }
  const rounds: { status: number; wall: number; busy: number }[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const text = body(round)
    await probed()
    const status = await send(text)
    rounds.push({ status, ...(await probed()) })
  }
  const middle = rounds.sort((a, b) => a.busy - b.busy)[1]!
  console.log(`| ${name} | ${middle.status} | ${middle.busy.toFixed(0)} | ${middle.wall.toFixed(0)} |`)
}
await stop(server)
process.exit(0)
