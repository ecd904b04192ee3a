import type { Span } from '../types.ts'

/** A text with stretches of it replaced. What stands inside another that is replaced goes with that. */
export function spliced(text: string, splices: readonly { span: Span; text: string }[]): string {
  const ordered = [...splices].sort((a, b) => a.span[0] - b.span[0])
  let out = ''
  let from = 0
  for (const { span, text: replacement } of ordered) {
    if (span[0] < from) continue
    out += text.slice(from, span[0]) + replacement
    from = span[1]
  }
  return out + text.slice(from)
}
