import { Agent, request } from 'node:http'
import type { Clock } from '../../core/ports.ts'
import type { ExchangeRecord } from '../../core/record.ts'
import type { KnownPath, Policy } from '../../policy/types.ts'
import { gateway } from '../../servers/gateway/index.ts'
import { type ServingPolicy, serving } from '../../servers/gateway/serving.ts'
import type { Serving } from '../../servers/gateway/types.ts'
import { watched } from '../../upstreams/health/index.ts'
import { loopbackUpstream } from '../../upstreams/loopback/index.ts'
import type { UpstreamCall } from '../../upstreams/types.ts'
import type { Given } from './given.ts'

/** What became of a call. */
export interface Outcome {
  status: number
  /** Whether events came, and not one body. */
  streamed: boolean
  /** As it came. */
  answer: string
  record: ExchangeRecord
  /** What the model was sent, unless it was sent nothing. */
  sent?: { path: string; body: string }
  /** Something that the gate itself complained of. */
  trouble?: string
}

export interface TestGate {
  /** One call after the other. */
  call(given: Given): Promise<Outcome>
  close(): Promise<void>
}

/** The gate itself, with a policy, callers that are whoever a case says, and models that say what a case says. */
export async function testGate(
  policy: Policy,
  { paths, clock }: { paths: readonly KnownPath[]; clock: Clock },
): Promise<TestGate> {
  let current: Given | undefined
  let sent: Outcome['sent']
  let trouble: string | undefined
  let recorded: (record: ExchangeRecord) => void = () => {}

  const upstreams = policy.upstreams.map(({ name }) => {
    const model = loopbackUpstream({ name, says: () => current?.says })
    const send = (call: UpstreamCall) => {
      sent = { path: call.path, body: Buffer.from(call.body).toString() }
      return model.send(call)
    }
    return [name, watched({ ...model, send })] as const
  })
  const served: ServingPolicy = serving(policy, new Map(upstreams), [], paths, [])
  const own: Serving = {
    ...served,
    identify() {
      if (current === undefined) throw new Error('nobody calls')
      return current.caller
    },
  }
  const gate = await gateway(
    { host: '127.0.0.1', port: 0 },
    {
      serving: () => own,
      recorder: { record: (entry) => recorded(entry) },
      clock,
      // Every guard is to look every time.
      memory: undefined,
      opened() {},
      closed() {},
      warn(message, error) {
        trouble = `${message}: ${error instanceof Error ? error.message : String(error)}`
      },
    },
  )
  const agent = new Agent({ keepAlive: true })
  return {
    async call(given) {
      current = given
      sent = undefined
      trouble = undefined
      const record = new Promise<ExchangeRecord>((resolve) => {
        recorded = resolve
      })
      const answered = await post(`http://${gate.address}${given.path}`, given.body, agent)
      return {
        ...answered,
        record: await record,
        ...(sent !== undefined && { sent }),
        ...(trouble !== undefined && { trouble }),
      }
    },
    async close() {
      agent.destroy()
      await gate.drain(0)
    },
  }
}

function post(
  url: string,
  body: string,
  agent: Agent,
): Promise<Pick<Outcome, 'status' | 'streamed' | 'answer'>> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
    const sending = request(url, { method: 'POST', headers, agent }, (response) => {
      const pieces: Buffer[] = []
      response.on('data', (piece: Buffer) => pieces.push(piece))
      response.on('error', reject)
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          streamed: response.headers['content-type']?.startsWith('text/event-stream') === true,
          answer: Buffer.concat(pieces).toString(),
        }),
      )
    })
    sending.on('error', reject)
    sending.end(body)
  })
}
