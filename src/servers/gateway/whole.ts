import type { ServerResponse } from 'node:http'

/** What a caller has to read within `limits.stalled`; as one piece, nobody could see whether it reads. */
const PIECE = 64 * 1024

/** Writes a body as its caller takes it, and ends the answer. */
export function writeWhole(response: ServerResponse, body: string | Uint8Array): void {
  if (body.length <= PIECE) {
    response.end(body)
    return
  }
  let at = 0
  const go = (): void => {
    for (let room = true; room && !response.destroyed; ) {
      const piece = pieceOf(body, at)
      at += piece.length
      if (at >= body.length) {
        response.end(piece)
        return
      }
      room = response.write(piece)
    }
    if (!response.destroyed) response.once('drain', go)
  }
  go()
}

function pieceOf(body: string | Uint8Array, at: number): string | Uint8Array {
  if (typeof body !== 'string') return body.subarray(at, at + PIECE)
  // Half of a surrogate pair would be written as a replacement character.
  const cut = body.charCodeAt(at + PIECE - 1)
  return body.slice(at, at + PIECE + (cut >= 0xd800 && cut <= 0xdbff ? 1 : 0))
}

/** When the bytes that wait for a caller last became fewer, or more. */
export interface Progress {
  waiting: number
  written: number
  /** Milliseconds. */
  since: number
}

/** Milliseconds for which nothing that waits for its caller has moved; what the caller sends meanwhile is no progress. */
export function unread(response: ServerResponse, progress: Progress, now: number): number {
  const waiting = response.socket?.writableLength ?? 0
  const written = response.socket?.bytesWritten ?? 0
  if (waiting === 0 || waiting !== progress.waiting || written !== progress.written) {
    progress.waiting = waiting
    progress.written = written
    progress.since = now
  }
  return now - progress.since
}
