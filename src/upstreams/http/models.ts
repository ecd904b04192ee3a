import type { Signal } from '../../core/cancellation.ts'
import { cancellation } from '../../core/cancellation.ts'
import type { UpstreamAnswer } from '../types.ts'

const MAX_BYTES = 4_194_304
const MAX_MODELS = 10_000

/** The ids in an answer to `GET /models`; none when there is no such answer. */
export async function modelIds(ask: (signal: Signal) => Promise<UpstreamAnswer>): Promise<string[]> {
  try {
    const answer = await ask(cancellation().signal)
    if (answer.status !== 200) {
      answer.body.destroy()
      return []
    }
    const bytes = await answer.body.whole(MAX_BYTES)
    const list = (JSON.parse(Buffer.from(bytes).toString('utf8')) as { data?: unknown }).data
    if (!Array.isArray(list)) return []
    return list
      .slice(0, MAX_MODELS)
      .map((model: { id?: unknown } | null) => model?.id)
      .filter((id) => typeof id === 'string')
  } catch {
    return []
  }
}
