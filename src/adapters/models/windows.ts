import type { Channel } from '../../core/ports.ts'
import type { Span } from '../../core/types.ts'
import type { Manifest } from './manifest.ts'
import type { Tokeniser, Tokens } from './tokens.ts'

/** So much of a text as a model reads at once. */
export interface Window {
  /** `[CLS]`, the channel's prefix, the tokens, `[SEP]`. */
  ids: Int32Array
  /** UTF-16 units of the text that it shows. */
  span: Span
}

/** How much text is made into tokens before others have their turn. */
const STRETCH = 4096
/** A character may be many tokens: no more windows than this at a time. */
const AT_ONCE = 64

/**
 * Overlapping windows of a text, as many at a time as a stretch of it completes, up to 64; sometimes none. No memory but
 * that of one stretch is held, however long the text is.
 * @param channel undefined: no prefix, as for an embedding
 */
export function* windowsOf(
  text: string,
  channel: Channel | undefined,
  { maxTokens, overlap, prefixIds, cls, sep }: Manifest,
  tokeniser: Tokeniser,
): Generator<Window[], void, void> {
  const before = [cls, ...(channel === undefined ? [] : prefixIds[channel])]
  // As in training, where every prefix has two tokens; a text without one gets no longer windows.
  const room = Math.min(maxTokens - 4, maxTokens - 1 - before.length)
  const step = room - overlap

  const held: Tokens = { ids: [], starts: [], ends: [] }
  const window = (from: number, to: number): Window => {
    const ids = new Int32Array(before.length + to - from + 1)
    ids.set(before)
    for (let i = from; i < to; i++) ids[before.length + i - from] = held.ids[i]!
    ids[ids.length - 1] = sep
    return { ids, span: [held.starts[from]!, held.ends[to - 1]!] }
  }

  for (let at = 0; at < text.length; ) {
    const next = cut(text, at)
    tokeniser.read(text.slice(at, next), at, held)
    at = next
    let windows: Window[] = []
    let from = 0
    // Not at `room` itself: what is left must be more than the overlap, which was seen already.
    for (; held.ids.length - from > room; from += step) {
      if (windows.length === AT_ONCE) {
        yield windows
        windows = []
      }
      windows.push(window(from, from + room))
    }
    for (const list of [held.ids, held.starts, held.ends]) list.splice(0, from)
    if (at === text.length && held.ids.length > 0) windows.push(window(0, held.ids.length))
    yield windows
  }
}

const isSpace = (unit: number): boolean => unit === 0x20 || (unit >= 0x09 && unit <= 0x0d)
const isLow = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff

/** Where a stretch that begins at `at` ends: behind white space where there is any. */
function cut(text: string, at: number): number {
  const most = at + STRETCH
  if (most >= text.length) return text.length
  for (let end = most; end > at; end--) if (isSpace(text.charCodeAt(end - 1))) return end
  return isLow(text.charCodeAt(most)) ? most - 1 : most
}
