import {
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleType,
  type IPolicy,
  retry,
  wrap,
} from 'cockatiel'
import type { Model } from '../manifest.ts'
import type { Thread, ThreadEvents } from '../pool.ts'
import type { Batch } from '../protocol.ts'
import { type Client, Unavailable } from './client.ts'

const MODELS: readonly Model[] = ['fast', 'encoder']
/** Answers in a row that did not come, after which nobody is asked for a while. */
const FAILURES = 5
/** Milliseconds that nobody is asked. */
const PAUSE = 1_000

/** Asks once more what was not answered, and nothing while the server does not answer anybody: one for all connections. */
export function patience(): IPolicy {
  const transient = handleType(Unavailable)
  return wrap(
    retry(transient, { maxAttempts: 1, backoff: new ExponentialBackoff({ initialDelay: 25 }) }),
    circuitBreaker(transient, { halfOpenAfter: PAUSE, breaker: new ConsecutiveBreaker(FAILURES) }),
  )
}

/** Asks a model server one batch at a time, as if it were a thread of this process. */
export function remoteThread(
  client: Client,
  policy: IPolicy,
  deadline: number,
  events: ThreadEvents,
): Thread {
  const stopped = new AbortController()
  const within = () => AbortSignal.any([stopped.signal, AbortSignal.timeout(deadline)])
  const infer = (batch: Batch) => {
    const signal = within()
    return policy.execute(() => client.infer(batch, signal), signal)
  }

  /** The large model is asked once: its answer says how long its vectors are. */
  async function open(): Promise<void> {
    for (const model of MODELS) await client.ready(model, within())
    const { embedding } = await infer({ model: 'encoder', ids: new Int32Array(8), lengths: [8], embed: true })
    events.warm({ dimensions: embedding!.length })
  }
  open().catch((error: Error) => events.gone(error))

  return {
    send(batch) {
      infer(batch).then(events.reply, (error: Error) => events.reply({ failed: error.message }))
    },
    async stop() {
      stopped.abort(new Error('the models are closed'))
    },
  }
}
