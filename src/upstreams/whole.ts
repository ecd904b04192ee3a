import { GateError } from '../core/errors.ts'
import type { UpstreamBody } from './types.ts'

/** All bytes of a body that can only be iterated. Throws `GateError` `upstream.invalid` past the limit. */
export async function whole(body: Omit<UpstreamBody, 'whole'>, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > limit) {
      body.destroy()
      throw new GateError('upstream.invalid')
    }
    chunks.push(chunk)
  }
  return joined(chunks)
}

/** Most answers come in one piece, which is not copied. */
export function joined(chunks: readonly Uint8Array[]): Uint8Array {
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
}
