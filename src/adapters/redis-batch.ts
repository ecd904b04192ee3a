import { type Answer, within } from './redis-circuit.ts'

/** What one script does at most: Redis does nothing else meanwhile. */
const MOST = 128

/** As the script reads it (`redis-scripts.ts`): what it is, and what it needs. */
export type Question = readonly (string | number)[]

export interface Batch {
  /**
   * Asks with all else that is asked in this turn of the event loop, in order. Never rejects.
   * @param late called with an answer that comes when nobody waits for it any more
   */
  ask<T>(key: string, question: Question, late?: (value: T) => void): Promise<Answer<T>>
  /** Sends now what waits for the end of the turn. */
  flush(): void
}

export interface BatchOptions {
  /** Runs the script: questions and answers are JSON, in the order of the keys. */
  send(keys: readonly string[], questions: string): Promise<string>
  /** Milliseconds after which nobody waits any more. */
  timeout: number
  reasonOf(error: unknown): string
  /** What became of each batch. */
  answered(answer: Answer<unknown>): void
}

interface Asked {
  key: string
  question: Question
  resolve(answer: Answer<never>): void
  late: ((value: never) => void) | undefined
}

/** One script for all that is asked in one turn: what a command costs, here and in Redis, is most of what a count costs. */
export function batch({ send, timeout, reasonOf, answered }: BatchOptions): Batch {
  let waiting: Asked[] = []

  function flush(): void {
    const all = waiting
    waiting = []
    for (let at = 0; at < all.length; at += MOST) run(all.length <= MOST ? all : all.slice(at, at + MOST))
  }

  function run(asked: readonly Asked[]): void {
    const keys = asked.map(({ key }) => key)
    const questions = JSON.stringify(asked.map(({ question }) => question))
    const reply = send(keys, questions).then((text) => JSON.parse(text) as never[])
    void within(timeout, reply, reasonOf).then((answer) => {
      answered(answer)
      if ('value' in answer) {
        for (let i = 0; i < asked.length; i++) asked[i]!.resolve({ value: answer.value[i]! })
        return
      }
      for (const { resolve } of asked) resolve(answer)
      if (answer.late) reply.then((values) => tellLate(asked, values), ignore)
    })
  }

  return {
    ask: (key, question, late) =>
      new Promise((resolve) => {
        if (waiting.push({ key, question, resolve, late }) === 1) setImmediate(flush)
      }),
    flush,
  }
}

function tellLate(asked: readonly Asked[], values: readonly never[]): void {
  for (let i = 0; i < asked.length; i++) asked[i]!.late?.(values[i]!)
}

function ignore(): void {}
