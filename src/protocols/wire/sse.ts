import { GateError } from '../../core/errors.ts'
import { unitAt, unitsOf } from '../../core/units.ts'

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
  /** The whole lines of the event that has begun, and the line that has. Neither is looked into before it is whole. */
  let lines = ''
  let line = ''
  /** A carriage return whose line feed may be on its way. */
  let carried = ''
  let data: [number, number][] = []

  function field(): void {
    // A reader that strips the mark would see a field where this one saw none.
    if (unitAt(line, 0) === 0xfeff) throw new GateError('upstream.invalid')
    if (!line.startsWith('data')) return
    const end = lines.length + line.length
    if (line.length === 4) data.push([end, end])
    else if (unitAt(line, 4) === 0x3a)
      data.push([Math.min(end, lines.length + (unitAt(line, 5) === 0x20 ? 6 : 5)), end])
  }

  function read(chunk: string, final: boolean): ServerEvent[] {
    const events: ServerEvent[] = []
    const text = carried + chunk
    carried = ''
    const { length } = text
    const units = unitsOf(text)
    let from = 0
    for (let at = 0; at < length; at++) {
      const c = units[at]!
      if (c !== 0x0a && c !== 0x0d) continue
      line += text.slice(from, at)
      from = at + 1
      if (c === 0x0d && from === length && !final) {
        carried = '\r'
        break
      }
      if (c === 0x0d && units[from] === 0x0a) from++
      if (line !== '') field()
      lines += line + text.slice(at, from)
      if (line === '') {
        events.push({ text: lines, data })
        lines = ''
        data = []
      }
      line = ''
      at = from - 1
    }
    line += text.slice(from)
    if (lines.length + line.length > MAX_EVENT) throw new GateError('upstream.invalid')
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
    push: (bytes: Uint8Array): ServerEvent[] => read(decode(bytes), false),
    /** What is left, of which a lenient reader may take the last event although no blank line ended it. */
    end(): ServerEvent[] {
      const events = read(decode(undefined), true)
      if (line !== '') field()
      if (lines !== '' || line !== '') events.push({ text: lines + line, data })
      lines = line = ''
      return events
    },
  }
}
