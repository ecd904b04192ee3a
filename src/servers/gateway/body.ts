import type { IncomingMessage } from 'node:http'
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
 * `body.invalid_utf8`, `body.truncated`.
 */
export async function readBody(request: IncomingMessage, limit: number): Promise<Body> {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase()
  const decode = encoding === 'identity' ? undefined : DECODERS[encoding]
  if (encoding !== 'identity' && decode === undefined) throw new GateError('body.encoding')
  if (Number(request.headers['content-length'] ?? 0) > limit) throw new GateError('body.too_large')
  const raw = await collect(request, limit)
  const decoded = decode === undefined ? raw : await inflate(decode, raw, limit)
  return { text: utf8(decoded), decoded, bytes: raw.length }
}

function collect(request: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    let ended = false
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > limit) {
        ended = true
        request.pause()
        reject(new GateError('body.too_large'))
      } else chunks.push(chunk)
    })
    request.on('end', () => {
      ended = true
      resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size))
    })
    // An error with its stack is not made for every call that ends well.
    const broken = (cause?: Error) => {
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
export function utf8(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes)
  } catch (cause) {
    throw new GateError('body.invalid_utf8', { cause })
  }
}
