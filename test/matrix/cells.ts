import type { Fate } from './model.ts'

export const KINDS = ['plain', 'tools', 'structured', 'multi', 'usage'] as const
export type Kind = (typeof KINDS)[number]

export const MODES = ['buffered', 'streamed'] as const
export type Mode = (typeof MODES)[number]

export const OUTCOMES = [
  'passes',
  'masked',
  'blocked before',
  'blocked midway',
  'limit',
  'provider: 500',
  'provider: 429',
  'provider: 400',
  'dies before',
  'dies midway',
  'abort',
] as const
export type Outcome = (typeof OUTCOMES)[number]

export const QUESTION = 'What is a sallyport?'
export const SAID = 'A sallyport is a gate with two doors, of which one opens at a time.'
/** Asked for several choices, the model answers each in other words. */
export const CHOICES = ['You asked', 'Your words were'].map(
  (opening) =>
    `${opening}: "${QUESTION}". I am the model built into the gate, and this is all I know about it.`,
)
const PRIVATE = 'mail ada.archer@example.com, card 4111 1111 1111 1111'
export const MASKED = 'mail [EMAIL], card [CREDIT_CARD]'
/** What a boundary of these tests does not let in, and what it does not let out. */
export const WORDS = { input: 'open sesame', output: 'the vault is' }
export const MOMENT = 'One moment please.'
/** The most characters that a prompt may have. */
export const LIMIT = 2000

/** What the model is to say of a cell's kind before the words that block. */
export const PREFIX = { text: 'Listen closely now: ', tools: 'Listen closely now.' }

/** What is asked for a cell. The model does what it is told. */
export function promptFor(kind: Kind, outcome: Outcome): string {
  if (outcome === 'blocked before') return `${QUESTION} ${WORDS.input.toUpperCase()}, please.`
  if (outcome === 'limit') return 'long '.repeat(LIMIT / 5 + 1)
  const mail = (said: string, to: string, body: string) =>
    `Say "${said}" Then call send_mail with ${JSON.stringify({ to, body })}`
  switch (outcome) {
    case 'masked':
      return kind === 'tools' ? mail(MOMENT, 'ada.archer@example.com', PRIVATE) : `Say "${PRIVATE}"`
    case 'blocked midway':
      return kind === 'tools'
        ? mail(PREFIX.tools, 'Bo', `${WORDS.output} open`)
        : `Say "${PREFIX.text}${WORDS.output} open."`
    default:
      if (kind === 'multi') return QUESTION
      return kind === 'tools' ? mail(MOMENT, 'Bo', 'Good day.') : `Say "${SAID}"`
  }
}

/** What the provider does in a cell, where it does not answer. */
export function fateFor(outcome: Outcome, mode: Mode): Fate | undefined {
  switch (outcome) {
    case 'provider: 500':
      return { fails: 500 }
    case 'provider: 429':
      return { fails: 429, headers: { 'retry-after': '1' } }
    case 'provider: 400':
      return { fails: 400 }
    case 'dies before':
      return { at: 'before', does: 'die' }
    case 'dies midway':
      return { at: 'midway', does: 'die' }
    case 'abort':
      return { at: mode === 'streamed' ? 'midway' : 'before', does: 'stall' }
    default:
      return undefined
  }
}
