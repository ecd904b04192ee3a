import type { Dispatcher } from 'undici'

/** What a connection takes at once, with room to spare: the kernel holds more. */
const AT_ONCE = 65_536

/**
 * The headers and body as undici is to send them. It takes a body that it is given whole for sent, and a connection whose
 * answer came early for one that can serve the next call, which then waits behind what nobody reads. Given in pieces,
 * though it be one, it knows that it is still writing, and closes the connection.
 */
export function sendable(
  headers: Record<string, string>,
  body: Uint8Array | string | undefined,
): Pick<Dispatcher.DispatchOptions, 'headers' | 'body'> {
  if (body === undefined || body.length <= AT_ONCE) return { headers, body: body ?? null }
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  // Its types leave out what it takes: any iterable.
  const pieces = inPieces(bytes) as unknown as Uint8Array
  return { headers: { ...headers, 'content-length': String(bytes.length) }, body: pieces }
}

async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
