import type { IncomingMessage } from 'node:http'
import { setImmediate } from 'node:timers/promises'
import { promisify } from 'node:util'
import * as zlib from 'node:zlib'
import { GateError } from '../../core/errors.ts'

type Decoder = (data: Uint8Array, options: { maxOutputLength: number }) => Promise<Buffer>

const DECODERS: Readonly<Record<string, Decoder>> = {
  gzip: promisify<Uint8Array, zlib.ZlibOptions, Buffer>(zlib.gunzip),
  'x-gzip': promisify<Uint8Array, zlib.ZlibOptions, Buffer>(zlib.gunzip),
  deflate: promisify<Uint8Array, zlib.ZlibOptions, Buffer>(zlib.inflate),
  br: promisify<Uint8Array, zlib.BrotliOptions, Buffer>(zlib.brotliDecompress),
  // Node 22.15 and newer.
  ...('zstdDecompress' in zlib ? { zstd: promisify(zlib.zstdDecompress as never) as Decoder } : {}),
}

/** What takes a millisecond or so to decode or to read. */
const LONG = 256 * 1024
/** Decoded at once: in the slowest script about 10 ms. */
const PIECE = 4 * 1024 * 1024

export interface Body {
  text: string
  /** The same as bytes, without its content encoding: what leaves when nothing is edited. */
  decoded: Uint8Array
  /** As it came. */
  bytes: number
}

/**
 * The body of a request, decoded.
 * Throws `GateError` `body.too_large` (also for what grows past the limit when decoded), `body.encoding`,
 * `body.invalid_utf8`, `body.truncated`, `request.timeout`.
 * @param limits bytes, and the milliseconds that it may take to come
 */
export async function readBody(
  request: IncomingMessage,
  { requestBytes: limit, requestWithin }: { requestBytes: number; requestWithin: number },
): Promise<Body> {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase()
  const decode = encoding === 'identity' ? undefined : DECODERS[encoding]
  if (encoding !== 'identity' && decode === undefined) throw new GateError('body.encoding')
  if (Number(request.headers['content-length'] ?? 0) > limit) throw new GateError('body.too_large')
  const raw = await collect(request, limit, requestWithin)
  await breath(raw)
  const decoded = decode === undefined ? raw : await inflate(decode, raw, limit)
  const text = await utf8InPieces(decoded)
  return { text, decoded, bytes: raw.length }
}

/** Lets others have their turn between two steps that each take long for a body like this. */
export async function breath({ length }: { length: number }): Promise<void> {
  if (length <= LONG) return
  // The first comes before timers do and before anything else is read, where the step before was to read.
  await setImmediate()
  await setImmediate()
}

function collect(request: IncomingMessage, limit: number, within: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    let ended = false
    const late = () => {
      if (ended) return
      ended = true
      request.pause()
      reject(new GateError('request.timeout'))
    }
    const timer = setTimeout(late, within)
    // Nothing has come for the time after which a connection counts as stalled.
    request.on('timeout', late)
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > limit) {
        ended = true
        clearTimeout(timer)
        request.pause()
        reject(new GateError('body.too_large'))
      } else chunks.push(chunk)
    })
    request.on('end', () => {
      ended = true
      clearTimeout(timer)
      resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size))
    })
    // An error with its stack is not made for every call that ends well.
    const broken = (cause?: Error) => {
      clearTimeout(timer)
      if (!ended) reject(new GateError('body.truncated', { cause }))
      ended = true
    }
    request.on('error', broken)
    request.on('close', broken)
    // It left while something else was waited for: nothing will tell of that again.
    if (request.destroyed) broken()
  })
}

async function inflate(decode: Decoder, raw: Buffer, limit: number): Promise<Buffer> {
  try {
    return await decode(raw, { maxOutputLength: limit })
  } catch (cause) {
    const tooLarge =
      cause instanceof RangeError || (cause as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE'
    throw new GateError(tooLarge ? 'body.too_large' : 'body.encoding', {
      cause,
      ...(tooLarge ? {} : { detail: 'The body is not what its content encoding says.' }),
    })
  }
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Throws `GateError` `body.invalid_utf8`. */
function utf8(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes)
  } catch (cause) {
    throw new GateError('body.invalid_utf8', { cause })
  }
}

/** The same with turns for others between pieces, and one before it goes on. */
export async function utf8InPieces(bytes: Uint8Array): Promise<string> {
  if (bytes.length <= LONG) return utf8(bytes)
  const pieces: string[] = []
  for (let at = 0; at < bytes.length; ) {
    let end = Math.min(at + PIECE, bytes.length)
    // Not within a character. Where more bytes than any has go on with one, what follows is refused wherever it is cut.
    for (let back = 0; back < 3 && end < bytes.length && (bytes[end]! & 0xc0) === 0x80; back++) end--
    pieces.push(utf8(bytes.subarray(at, end)))
    at = end
    await breath(bytes)
  }
  if (pieces.length === 1) return pieces[0]!
  const text = pieces.join('')
  await breath(bytes)
  return text
}
