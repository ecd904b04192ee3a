import type { Request } from './request.ts'

const PIECE = 8
const SHORT_PIECE = 5
/** That of every word: this model is always sure. */
export const LOGPROB = -0.01

/** Words with the white space that follows them: what this model takes for tokens. */
export function words(text: string): string[] {
  return text.match(/\S+\s*|\s+/g) ?? []
}

/** A text as it is streamed: word by word, or, where the answer was thought out before, cut inside of words as well. */
export function streamed(text: string, { says }: Pick<Request, 'says'>): string[] {
  return says === undefined ? words(text) : [...pieces(text, SHORT_PIECE)]
}

/** A text in pieces that are no words, as arguments of calls are streamed. No character is cut in two. */
export function* pieces(text: string, length = PIECE): Generator<string> {
  const characters = Array.from(text)
  for (let from = 0; from < characters.length; from += length) {
    yield characters.slice(from, from + length).join('')
  }
}

/** What OpenAI's protocols say about a word when asked for `logprobs`. */
export function tokenOf(word: string) {
  return {
    token: word,
    logprob: LOGPROB,
    bytes: [...new TextEncoder().encode(word)],
    top_logprobs: [] as { token: string; logprob: number; bytes: number[] }[],
  }
}
