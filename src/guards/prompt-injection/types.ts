/** What a rule is about; each can be switched off. */
export type Topic = 'overrides' | 'extraction' | 'personas' | 'forgeries' | 'orders'

/**
 * A rule: what it is about, how strong as evidence (0 to 1), and a pattern of words in a row:
 *
 *     word         as written; a `*` at its end lets it go on
 *     a|b|@set     one of these; `@set` is one of the table's
 *     x?           may be missing
 *     %3           up to three of the table's `fill` words
 *     ~3           up to three words, whatever they are, of the same sentence
 *     x!           of the words that must stand there these are the rarest: the rule is tried only near one of them.
 *                  The first by default.
 *     ^ (first)    stands as an order: at the beginning of a sentence or after one of the table's `lead` words
 *     $ (last)     a clause ends there: a stop, a line, the text, or one of the table's `next` words follows
 *     # (first)    only in what was retrieved, where nobody has an order to give
 */
export type Rule = readonly [topic: Topic, weight: number, pattern: string]

/** What one language says. Words are separated by spaces, capitals and accents do not matter. */
export interface Language {
  sets: Readonly<Record<string, string>>
  rules: readonly Rule[]
}
