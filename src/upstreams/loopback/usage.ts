import type { Turn } from './reply.ts'
import type { Request } from './request.ts'
import { words } from './words.ts'

/** What chat completions and completions say of an answer's length. */
export function usage({ request }: { request: Request }, turns: readonly Turn[]) {
  const prompt = wordsRead(request)
  const completion = wordsSaid(turns)
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion }
}

export function wordsRead({ messages, tools }: Pick<Request, 'messages' | 'tools'>): number {
  return total([...messages.map(({ text }) => text), ...tools.map(({ description }) => description)])
}

export function wordsSaid(turns: readonly Turn[]): number {
  return total(
    turns.flatMap((turn) => [turn.thinking, turn.text, ...turn.calls.map((call) => call.arguments)]),
  )
}

const total = (texts: readonly string[]): number => texts.reduce((sum, text) => sum + words(text).length, 0)
