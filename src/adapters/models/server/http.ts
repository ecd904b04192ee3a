import { Agent, request } from 'undici'
import { z } from 'zod'
import type { Model } from '../manifest.ts'
import { type Client, LONGEST, type ServerAddress, Unavailable } from './client.ts'
import { inputsOf, outputsOf, replyOf } from './tensors.ts'

const answer = z.object({
  outputs: z.array(
    z.object({
      name: z.string(),
      datatype: z.literal('FP32'),
      shape: z.array(z.int().min(0)),
      data: z.array(z.number()),
    }),
  ),
})

/** The REST form: `GET /v2/models/{name}/ready`, `POST /v2/models/{name}/infer`. */
export function httpClient({ url, names, token, tls }: ServerAddress, connections: number): Client {
  const dispatcher = new Agent({ connections, ...(tls && { connect: tls }) })
  const base = url.replace(/\/+$/, '')

  async function call(model: Model, what: string, signal: AbortSignal, body?: unknown): Promise<string> {
    const headers: Record<string, string> = { accept: 'application/json' }
    if (body !== undefined) headers['content-type'] = 'application/json'
    if (token !== undefined) headers.authorization = `Bearer ${token()}`
    const path = `${base}/v2/models/${encodeURIComponent(names[model])}/${what}`
    let status: number
    let text: string
    try {
      const sent = await request(path, {
        dispatcher,
        signal,
        headers,
        method: body === undefined ? 'GET' : 'POST',
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      status = sent.statusCode
      text = await readAll(sent.body)
    } catch (error) {
      signal.throwIfAborted()
      throw new Unavailable(`the model server cannot be reached: ${codeOf(error)}`)
    }
    if (status === 429 || status >= 500) throw new Unavailable(`the model server answered ${status}`)
    if (status !== 200) throw new Error(`the model server answered ${status} for "${names[model]}"`)
    return text
  }

  return {
    async ready(model, signal) {
      await call(model, 'ready', signal)
    },
    async infer(batch, signal) {
      const inputs = inputsOf(batch).map(({ data, ...tensor }) => ({ ...tensor, data: Array.from(data) }))
      const outputs = outputsOf(batch).map((name) => ({ name }))
      const text = await call(batch.model, 'infer', signal, { inputs, outputs })
      let json: unknown
      try {
        json = JSON.parse(text)
      } catch {
        throw new Error('the model server did not answer with JSON')
      }
      const read = answer.safeParse(json)
      if (!read.success) throw new Error('the model server did not answer as the protocol says')
      return replyOf(batch, read.data.outputs)
    },
    close: () => dispatcher.destroy(),
  }
}

async function readAll(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of body) {
    length += chunk.length
    if (length > LONGEST) throw new Error('its answer is too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

/** Never a message: it may name what should not leave. */
const codeOf = (error: unknown): string =>
  (error as NodeJS.ErrnoException).code ?? (error instanceof Error ? error.name : 'an error')
