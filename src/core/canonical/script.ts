import { canonicalise } from './index.ts'

const LETTER = /\p{L}/gu
const LATIN = /\p{Script=Latin}/gu

/** Whether most letters of a text are not Latin. Canonical, a word of theirs is no word any more: its letters become Latin look-alikes. */
export const isForeign = (text: string): boolean =>
  2 * (text.match(LATIN)?.length ?? 0) < (text.match(LETTER)?.length ?? 0)

/** A text as a model is shown it. */
export const legible = (text: string): string => (isForeign(text) ? text : canonicalise(text, 0).text)
