import { GateError } from '../../core/errors.ts'

const MAX_EVENT = 8 * 1024 * 1024

/** One event as it stood on the wire, and where its data lines are. */
export interface ServerEvent {
  text: string
  /** Spans of the values of its `data:` lines. */
  data: readonly (readonly [start: number, end: number])[]
}

/**
 * Cuts a server-sent event stream (WHATWG HTML, 9.2) into its events, bytes untouched: LF, CRLF and CR, however they
 * arrive. Throws `GateError` `upstream.invalid` on bytes that are not UTF-8, a byte order mark, or an event over 8 MiB.
 */
export function eventReader() {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let buffer = ''
  let scanned = 0
  let lineStart = 0
  let data: [number, number][] = []

  function line(start: number, end: number): void {
    // A reader that strips the mark would see a field where this one saw none.
    if (buffer.charCodeAt(start) === 0xfeff) throw new GateError('upstream.invalid')
    if (!buffer.startsWith('data', start)) return
    const colon = start + 4
    if (colon === end) data.push([end, end])
    else if (buffer.charCodeAt(colon) === 0x3a)
      data.push([Math.min(end, colon + (buffer.charCodeAt(colon + 1) === 0x20 ? 2 : 1)), end])
  }

  function read(final: boolean): ServerEvent[] {
    const events: ServerEvent[] = []
    let begin = 0
    let at = scanned
    for (; at < buffer.length; at++) {
      const c = buffer.charCodeAt(at)
      if (c !== 0x0a && c !== 0x0d) continue
      // A line feed that belongs to this line end may be on its way.
      if (c === 0x0d && at + 1 === buffer.length && !final) break
      const end = c === 0x0d && buffer.charCodeAt(at + 1) === 0x0a ? at + 1 : at
      if (at > lineStart) line(lineStart, at)
      else {
        events.push({
          text: buffer.slice(begin, end + 1),
          data: data.map(([a, b]) => [a - begin, b - begin]),
        })
        data = []
        begin = end + 1
      }
      lineStart = end + 1
      at = end
    }
    if (begin > 0) {
      buffer = buffer.slice(begin)
      lineStart -= begin
      data = data.map(([a, b]) => [a - begin, b - begin])
      at -= begin
    }
    scanned = at
    if (buffer.length > MAX_EVENT) throw new GateError('upstream.invalid')
    return events
  }

  const decode = (bytes: Uint8Array | undefined): string => {
    try {
      return decoder.decode(bytes, { stream: bytes !== undefined })
    } catch (cause) {
      throw new GateError('upstream.invalid', { cause })
    }
  }

  return {
    push(bytes: Uint8Array): ServerEvent[] {
      buffer += decode(bytes)
      return read(false)
    },
    /** What is left, of which a lenient reader may take the last event although no blank line ended it. */
    end(): ServerEvent[] {
      buffer += decode(undefined)
      const events = read(true)
      if (buffer !== '') {
        if (lineStart < buffer.length) line(lineStart, buffer.length)
        events.push({ text: buffer, data })
        buffer = ''
      }
      return events
    },
  }
}
