import { canonicalise } from '../../core/canonical/index.ts'
import type { Kind } from '../../core/types.ts'

/** What rules and model are asked about. */
export const KINDS: readonly Kind[] = ['text', 'document', 'tool_call']

/** @throws Error for a phrase of which nothing can be seen */
export function phrase(text: string, index: number): string {
  const canonical = canonicalise(text, 0).text.trim().replace(/\s+/g, ' ')
  if (canonical.length < 8) throw new Error(`allow, phrase ${index + 1}: write a longer one`)
  return canonical
}
