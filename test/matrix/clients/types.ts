import { z } from 'zod'
import type { Kind, Mode, Outcome } from '../cells.ts'

/** What an application makes of an answer; filled as it comes, so that a test sees what came before an error. */
export interface Seen {
  /** By choice. */
  texts: string[]
  /** Of the tool call. */
  args?: unknown
  object?: unknown
  usage?: { input: number | undefined; output?: number | undefined }
  vectors?: number[][]
  tokens?: number
  /** How an answer ended that was aborted, where the SDK throws nothing. */
  ended?: string
}

export interface Asked {
  model: string
  kind: Kind
  stream: boolean
  prompt: string
  signal: AbortSignal
}

/** What an SDK throws or tells, and how often it tries, by what has happened. */
export interface Expected {
  /** 403, and no other attempt. */
  blocked: string
  /** 413. */
  tooLong: string
  /** 400. */
  rejected: string
  /** 429, after every attempt. */
  limited: string
  /** 502, after every attempt. */
  unavailable: string
  /** After some of the answer was read. */
  midway: string
  /** While waiting for an answer. */
  abort: string
  /** While reading one. */
  abortMidway: string
  /** The SDK shows no code of an error that ends a stream, only its type. */
  typeOnly?: true
}

/** One path of an SDK, with the SDK's own settings for retries. */
export interface Client {
  sdk: string
  /** The call that an application makes. */
  call: string
  path: string
  /** What there is of it: `true`, or why not. */
  kinds: Readonly<Record<Kind, true | string>>
  modes: Readonly<Record<Mode, true | string>>
  /** How many words the SDK adds to a prompt. */
  adds?: number
  outcomes?: Readonly<Partial<Record<Outcome, string>>>
  expected(kind: Kind): Expected
  /** Rejects with what the SDK throws, or with what it reports in its stream. */
  ask(asked: Asked, seen: Seen): Promise<void>
}

/** Where the gate is, and the key that opens it. */
export interface Gate {
  url: string
  key: string
}

export const ANSWER = z.object({ answer: z.string(), sure: z.boolean() })
export const MAIL_SCHEMA = {
  type: 'object' as const,
  properties: { to: { type: 'string' }, body: { type: 'string' } },
  required: ['to', 'body'],
}
export const MAIL_SAYS = 'Sends a mail.'

export const BOTH = { buffered: true, streamed: true } as const

/** Adds to the text of a choice. */
export function say(seen: Seen, text: string | null | undefined, choice = 0): void {
  seen.texts[choice] = (seen.texts[choice] ?? '') + (text ?? '')
}
