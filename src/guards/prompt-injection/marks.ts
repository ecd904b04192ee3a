import type { Match } from './match.ts'

/** A literal by which the structure of a prompt is forged. `line`: at the beginning of a line. */
export interface Mark {
  literal: string
  weight: number
  line?: true
}

const line = (weight: number, ...literals: string[]): Mark[] =>
  literals.map((literal) => ({ literal, weight, line: true }))
const anywhere = (weight: number, ...literals: string[]): Mark[] =>
  literals.map((literal) => ({ literal, weight }))

/** Canonical: small letters, the wide bars of DeepSeek's tokens as plain ones. A space is any white space. */
export const MARKS: readonly Mark[] = [
  ...anywhere(0.93, '<|im_start|>system', '<|im_start|>assistant', '<|im_start|> system', '<|start_header_id|>system', '<|system|>'),
  ...anywhere(
    0.7,
    '<|im_start|>',
    '<|im_end|>',
    '<|endoftext|>',
    '<|eot_id|>',
    '<|start_header_id|>',
    '<|channel|>',
  ),
]

/** What a mark found at [start, end) of canonical text says. */
export function marked(text: string, mark: Mark, start: number, end: number): Match[] {
  if (mark.line && !beginsLine(text, start)) return []
  const rule = { topic: 'forgeries' as const, name: `mark ${mark.literal}`, weight: mark.weight }
  return [{ rule, start, end, weight: mark.weight }]
}

function beginsLine(text: string, at: number): boolean {
  let before = at
  while (before > 0 && (text[before - 1] === ' ' || text[before - 1] === '\t')) before--
  return before === 0 || text[before - 1] === '\n'
}
void line
