import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { type IncomingHttpHeaders, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ExchangeRecord } from '../src/core/record.ts'
import { createKey, hashKey } from '../src/identity/keys.ts'
import { start } from '../src/main.ts'
import { type Mock, type Script, startMock } from './mock-upstream.ts'

type Kind = 'Gate' | 'Upstream' | 'Boundary' | 'Consumer' | 'Policy'

export interface GateOptions {
  /** YAML: everything but the `Gate` document and the Consumer whose key is made here. */
  documents: string
  env?: Readonly<Record<string, string>>
  /** The `spec` of the `Gate` document; addresses are free ones of this machine whatever it says. */
  gate?: object
  /** More of the made Consumer's `spec` than its tenant, `acme`, and its key. */
  consumer?: object
  /** More files of its folder, by their names: Rego, data. */
  files?: Readonly<Record<string, string>>
  /** A file for the records, in place of one in the gate's own folder. */
  record?: string
}

export interface TestGate {
  /** `http://127.0.0.1:…`, without a path; `https:` with `tls`. */
  url: string
  admin: string
  /** Its documents'. */
  dir: string
  key: string
  /** All records so far, once there are at least `count`. */
  records(count?: number): Promise<ExchangeRecord[]>
  /** Every line of the record file as it stands. */
  recordText(): Promise<string>
  /** Puts other documents in the place of those it was started with; the gate finds them by itself. */
  change(documents: string): Promise<void>
  /** Drains, and resolves when the gate has stopped. Its folder stays until `stopAll`. */
  stop(): Promise<void>
}

const cleanups: (() => Promise<unknown>)[] = []

/** Stops whatever this file of tests has started, last first. */
export async function stopAll(): Promise<void> {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
}

/** Has `stopAll` do this as well. */
export function onStop(cleanup: () => Promise<unknown>): void {
  cleanups.push(cleanup)
}

/** A document as one line of JSON, which is YAML. */
export function document(kind: Kind, name: string, spec: object): string {
  return `---\n${JSON.stringify({ apiVersion: 'sallyport.dev/v1', kind, metadata: { name }, spec })}\n`
}

/** A Consumer with a key of its own. */
export function consumer(
  name: string,
  spec: object = {},
  expires?: string,
): { key: string; document: string } {
  const key = createKey()
  const keys = [{ sha256: hashKey(key), ...(expires === undefined ? {} : { expires }) }]
  return { key, document: document('Consumer', name, { tenant: 'acme', keys, ...spec }) }
}

/** A new temporary folder, gone with `stopAll`. */
export async function folder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'sallyport-test-'))
  onStop(() => rm(dir, { recursive: true, force: true }))
  return dir
}

/** A folder of documents with a key that opens it. */
export async function policyFolder(options: Pick<GateOptions, 'documents' | 'files' | 'gate' | 'consumer'>) {
  const dir = await folder()
  const { key, document: tester } = consumer('tester', options.consumer)
  const change = (documents: string) => writeFile(join(dir, 'documents.yaml'), documents)
  for (const [name, text] of Object.entries(options.files ?? {})) await writeFile(join(dir, name), text)
  await change(options.documents)
  await writeFile(join(dir, 'gate.yaml'), tester + document('Gate', 'gate', { drain: '1s', ...options.gate }))
  return { dir, key, change }
}

/** The whole gate in this process, on free ports, with a policy of its own and its records in a file. */
export async function startGate(options: GateOptions): Promise<TestGate> {
  const { dir, key, change } = await policyFolder(options)
  const record = options.record ?? join(dir, 'records.jsonl')
  const free = { host: '127.0.0.1', port: 0 }
  const running = await start({ config: dir, listen: free, admin: free, record }, options.env ?? {})
  let stopped: Promise<void> | undefined
  const stop = () => {
    stopped ??= running.stop()
    return stopped
  }
  onStop(stop)
  const recordText = () => readFile(record, 'utf8')
  return {
    url: `${options.gate !== undefined && 'tls' in options.gate ? 'https' : 'http'}://${running.gate}`,
    admin: `http://${running.admin}`,
    dir,
    key,
    recordText,
    async records(count = 0) {
      const lines = async () => (await recordText()).split('\n').slice(0, -1)
      await until(async () => (await lines()).length >= count)
      // Records are written in batches.
      await sleep(120)
      return (await lines()).map((line) => JSON.parse(line) as ExchangeRecord)
    },
    change,
    stop,
  }
}

/** A mock upstream whose answer each test sets, and the requests since then. */
export async function startModel(): Promise<Mock & { reply: Script }> {
  let reply: Script = { json: {} }
  const mock = await startMock((request, index) =>
    typeof reply === 'function' ? reply(request, index) : reply,
  )
  onStop(() => mock.close())
  return Object.defineProperty(mock, 'reply', {
    get: () => reply,
    set(next: Script) {
      mock.requests.length = 0
      reply = next
    },
  }) as Mock & { reply: Script }
}

/** Waits until it holds; fails after ten seconds. */
export async function until(holds: () => boolean | Promise<boolean>, ms = 10_000): Promise<void> {
  const end = Date.now() + ms
  while (!(await holds())) {
    if (Date.now() > end) throw new Error('this did not come to hold in time')
    await sleep(5)
  }
}

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  text: string
}

/** One HTTP call, bytes and headers exactly as given, on a connection of its own. */
export function call(
  url: string,
  options: {
    method?: string
    headers?: Record<string, string | string[]>
    body?: string | Uint8Array
    /** As it stands in the request line, in place of the URL's. */
    path?: string
  } = {},
): Promise<Answer> {
  const { method = options.body === undefined ? 'GET' : 'POST', headers = {}, body, path } = options
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      { method, headers, agent: false, ...(path === undefined ? {} : { path }) },
      (response) => {
        const pieces: Buffer[] = []
        response.on('data', (piece: Buffer) => pieces.push(piece))
        response.on('error', reject)
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(pieces).toString('utf8'),
          }),
        )
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })
}

/** A call with the gate's key and a JSON body. */
export function post(gate: TestGate, path: string, body: object | string | Uint8Array, key = gate.key) {
  return call(gate.url + path, {
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
  })
}
