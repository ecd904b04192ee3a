import { createHash } from 'node:crypto'
import { count, type Fields, inputsOf, modelOf } from './fields.ts'
import { type Frame, openaiRefusal, type Protocol } from './protocol.ts'
import { type Request, requestOf } from './request.ts'
import { words } from './words.ts'

const DIMENSIONS = 1_536
const MAX_DIMENSIONS = 4_096

/** OpenAI's embeddings. They are only as alike as their texts are equal: what is near means nothing. */
export const embeddings: Protocol = { parse, whole: embedded, refusal: openaiRefusal }

function parse(body: Fields): Request {
  const messages = inputsOf(body.input, 'input').map((input) => ({
    role: 'user' as const,
    text: typeof input === 'string' ? input : JSON.stringify(input),
  }))
  if (messages.some(({ text }) => text === '')) throw new Error("'input' must not be empty.")
  if (count(body.dimensions, 1) > MAX_DIMENSIONS) {
    throw new Error(`'dimensions' may be up to ${MAX_DIMENSIONS}.`)
  }
  return requestOf({ model: modelOf(body), messages })
}

/** The body of an answer. */
export function embedded({ body, request }: Frame) {
  const dimensions = count(body.dimensions, DIMENSIONS)
  const tokens = inputsOf(body.input, 'input').reduce(
    (sum, input) => sum + (typeof input === 'string' ? words(input) : input).length,
    0,
  )
  return {
    object: 'list' as const,
    data: request.messages.map(({ text }, index) => {
      const vector = vectorOf(text, dimensions)
      const embedding =
        body.encoding_format === 'base64' ? Buffer.from(vector.buffer).toString('base64') : [...vector]
      return { object: 'embedding' as const, index, embedding }
    }),
    model: request.model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  }
}

/** A direction of length 1 that follows from the text's hash. */
function vectorOf(text: string, dimensions: number): Float32Array<ArrayBuffer> {
  const hash = createHash('shake256', { outputLength: dimensions * 4 })
    .update(text)
    .digest()
  const direction = Float32Array.from({ length: dimensions }, (_, at) => hash.readInt32LE(at * 4))
  const length = Math.hypot(...direction)
  return direction.map((value) => value / length)
}
