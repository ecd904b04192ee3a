import { setTimeout as sleep } from 'node:timers/promises'
import { document, startGate, type TestGate, until } from '../gate.ts'
import {
  fateFor,
  KINDS,
  type Kind,
  LIMIT,
  MODES,
  type Mode,
  OUTCOMES,
  type Outcome,
  promptFor,
  WORDS,
} from './cells.ts'
import { aiClients } from './clients/ai.ts'
import { anthropicClients } from './clients/anthropic.ts'
import { openaiClients } from './clients/openai.ts'
import type { Client, Seen } from './clients/types.ts'
import { type Model, type ModelCall, SECRETS, startProvider } from './model.ts'
import { type Told, told } from './told.ts'

export interface Cell {
  client: Client
  kind: Kind
  mode: Mode
  outcome: Outcome
}

/** What an application saw of a cell, and what the gate and the model saw of the application. */
export interface Observed extends Cell {
  seen: Seen
  error: Told | undefined
  /** How many calls the SDK made. */
  attempts: number
  calls: readonly ModelCall[]
  /** What the error holds of the provider that no caller may read. */
  leaks: readonly string[]
}

const keywords = (words: string) => ({ use: 'keywords', with: { lists: { vault: [words] } } })
const asked = [{ use: 'length', with: { maxCharacters: LIMIT } }, keywords(WORDS.input)]

function startMatrixGate(model: Model): Promise<TestGate> {
  const upstream = (protocol: string) =>
    document('Upstream', protocol, { protocol, baseUrl: model.url, key: { env: 'PROVIDER_KEY' } })
  const upstreams = [{ name: 'openai' }, { name: 'anthropic' }]
  return startGate({
    documents: [
      upstream('openai'),
      upstream('anthropic'),
      document('Boundary', 'texts', {
        upstreams,
        input: asked,
        output: [keywords(WORDS.output), { use: 'pii' }],
        tool: [keywords(WORDS.output), { use: 'pii' }],
      }),
      // What comes back here says nothing: what may not be known is masked on the way in.
      document('Boundary', 'numbers', {
        match: { paths: ['/v1/embeddings', '/v1/messages/count_tokens'] },
        upstreams,
        input: [...asked, { use: 'pii' }],
        output: [{ use: 'pii' }],
      }),
    ].join(''),
    env: { PROVIDER_KEY: SECRETS[0] },
  })
}

/** Why there is no such cell; undefined when there is. */
function missing({ client, kind, mode, outcome }: Cell): string | undefined {
  return [client.kinds[kind], client.modes[mode], client.outcomes?.[outcome]].find(
    (there) => typeof there === 'string',
  ) as string | undefined
}

function cellsOf(clients: readonly Client[]): Cell[] {
  return clients.flatMap((client) =>
    KINDS.flatMap((kind) =>
      MODES.flatMap((mode) => OUTCOMES.map((outcome) => ({ client, kind, mode, outcome }))),
    ),
  )
}

/** All of the matrix, cells side by side: most of their time SDKs wait before they try again. */
export async function runMatrix(): Promise<Observed[]> {
  const model = await startProvider()
  const gate = await startMatrixGate(model)
  const clients = [...openaiClients(gate), ...anthropicClients(gate), ...aiClients(gate)]
  const cells = cellsOf(clients).filter((cell) => missing(cell) === undefined)
  const observed = await Promise.all(
    cells.map(async (cell, at) => ({ name: `cell-${at}`, ...(await run(cell, `cell-${at}`, model)) })),
  )
  const records = await gate.records(cells.length)
  return observed.map(({ name, ...cell }) => ({
    ...cell,
    attempts: records.filter((record) => record.model === name).length,
  }))
}

async function run(cell: Cell, name: string, model: Model): Promise<Omit<Observed, 'attempts'>> {
  const { client, kind, mode, outcome } = cell
  const seen: Seen = { texts: [] }
  const stream = mode === 'streamed'
  const fate = fateFor(outcome, mode)
  if (fate !== undefined) model.fates.set(name, fate)
  const controller = new AbortController()
  const prompt = promptFor(kind, outcome)
  const asking = client.ask({ model: name, kind, stream, prompt, signal: controller.signal }, seen).then(
    () => undefined,
    (error: unknown) => told(error),
  )
  if (outcome === 'abort') {
    const going = () => (stream ? seen.texts[0] !== undefined : model.calls(name).length === 1)
    await until(going, 50_000).catch(() => undefined)
    controller.abort()
  }
  const error = await Promise.race([asking, late()])
  // What does not come to hold, the cell's own test says.
  if (outcome === 'abort')
    await until(() => model.calls(name).every(({ abandoned }) => abandoned)).catch(() => undefined)
  const leaks = [...SECRETS, new URL(model.url).host].filter((secret) => error?.all.includes(secret))
  return { ...cell, seen, error, calls: model.calls(name), leaks }
}

async function late(): Promise<Told> {
  await sleep(60_000, undefined, { ref: false })
  return told(new Error('the call hangs'))
}
