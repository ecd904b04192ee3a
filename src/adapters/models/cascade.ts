import type { Classifier, Clock, Embedder, Judgement, Question } from '../../core/ports.ts'
import type { Manifest, Model, Scale } from './manifest.ts'
import type { Tokeniser } from './tokens.ts'
import { type Window, windowsOf } from './windows.ts'

/** Runs the models on windows, wherever they are. Rejects at once when `signal` is aborted, with its reason. */
export interface Runner {
  /** For each window a logit for each head. */
  run(model: Model, windows: readonly Int32Array[], signal: AbortSignal): Promise<readonly Float32Array[]>
  /** For each window a vector of length 1. */
  embed(windows: readonly Int32Array[], signal: AbortSignal): Promise<readonly Float32Array[]>
}

export interface CascadeOptions {
  manifest: Manifest
  tokeniser: Tokeniser
  runner: Runner
  clock: Clock
  /** Milliseconds that a call may take. */
  deadline: number
}

/** Windows that the large model reads of one text. What is unclear beyond them makes the call fail: nothing passes unread. */
export const MOST_FULL = 256
/** Windows between two looks at whether an attack is certain. */
const ROUND = 8

export function cascade(options: CascadeOptions): Classifier {
  const { manifest, runner } = options
  return {
    classify: (text, question) =>
      within(options, async (signal) => {
        const { head, channel, tier, every } = question
        const fast = manifest.scale('fast', head, channel)
        const full = manifest.scale('encoder', head, channel)
        const { low, high } = manifest.clear(head, channel)
        const judged: Judgement[] = []
        const unclear: { window: Window; score: number }[] = []
        const certain = (): boolean =>
          every !== true && judged.some((judgement) => reachesAll(judgement, full, fast))

        for (const windows of windowsOf(text, channelOf(question), manifest, options.tokeniser)) {
          if (windows.length === 0) await options.clock.turn?.()
          signal.throwIfAborted()
          if (tier === 'full') unclear.push(...windows.map((window) => ({ window, score: 0 })))
          else if (windows.length > 0) {
            const scores = await scored('fast', windows, fast, signal)
            for (const [i, window] of windows.entries()) {
              const score = scores[i]!
              if (tier === 'cascade' && score > low && score < high) unclear.push({ window, score })
              else judged.push(judgement(window, score, fast, 'fast'))
            }
            if (certain()) return inOrder(judged)
          }
          if (unclear.length > MOST_FULL)
            throw new Error(`more than ${MOST_FULL} windows of a text are unclear`)
        }

        unclear.sort((one, other) => other.score - one.score)
        for (let at = 0; at < unclear.length && !certain(); at += ROUND) {
          const windows = unclear.slice(at, at + ROUND).map(({ window }) => window)
          const scores = await scored('encoder', windows, full, signal)
          for (const [i, window] of windows.entries())
            judged.push(judgement(window, scores[i]!, full, 'full'))
        }
        return inOrder(judged)
      }),
  }

  async function scored(
    model: Model,
    windows: readonly Window[],
    { column, probability }: Scale,
    signal: AbortSignal,
  ): Promise<readonly number[]> {
    const rows = await runner.run(
      model,
      windows.map(({ ids }) => ids),
      signal,
    )
    return windows.map((_, i) => {
      const score = probability(rows[i]?.[column] ?? Number.NaN)
      // It would be below every threshold.
      if (Number.isNaN(score)) throw new Error('the model did not say a number')
      return score
    })
  }
}

export function embedder(options: CascadeOptions, dimensions: number): Embedder {
  const { manifest, tokeniser, runner, clock } = options

  /** The mean of its windows, of length 1; of a text without a word, nothing. */
  const one = (text: string): Promise<Float32Array> =>
    within(options, async (signal) => {
      const mean = new Float32Array(dimensions)
      let count = 0
      for (const windows of windowsOf(text, undefined, manifest, tokeniser)) {
        if (windows.length === 0) await clock.turn?.()
        signal.throwIfAborted()
        count += windows.length
        if (count > MOST_FULL) throw new Error(`a text has more than ${MOST_FULL} windows`)
        for (let at = 0; at < windows.length; at += ROUND) {
          const vectors = await runner.embed(
            windows.slice(at, at + ROUND).map(({ ids }) => ids),
            signal,
          )
          for (const vector of vectors) for (let i = 0; i < dimensions; i++) mean[i]! += vector[i]!
        }
      }
      const length = Math.hypot(...mean)
      if (Number.isNaN(length)) throw new Error('the model did not say a number')
      return length === 0 ? mean : mean.map((value) => value / length)
    })

  return {
    dimensions,
    async embed(texts) {
      const vectors: Float32Array[] = []
      // Each has its own deadline, and no more wait at a time than a round.
      for (let at = 0; at < texts.length; at += ROUND)
        vectors.push(...(await Promise.all(texts.slice(at, at + ROUND).map(one))))
      return vectors
    },
  }
}

/** Whether a text hurts does not depend on who sent it: the model was told so in training. */
const channelOf = ({ head, channel }: Question) => (head === 'toxicity' ? 'user' : channel)

function judgement({ span }: Window, score: number, { thresholds }: Scale, by: Judgement['by']): Judgement {
  return { span, score, reaches: thresholds.filter(([, at]) => score >= at).map(([code]) => code), by }
}

const reachesAll = ({ reaches, by }: Judgement, full: Scale, fast: Scale): boolean =>
  reaches.length === (by === 'full' ? full : fast).thresholds.length

const inOrder = (judged: Judgement[]): Judgement[] =>
  judged.sort(({ span: [one] }, { span: [other] }) => one - other)

/** What is still asked when `work` ends or its time is over is withdrawn. */
async function within<T>(
  { clock, deadline }: CascadeOptions,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const call = new AbortController()
  const cancel = clock.after(deadline, () =>
    call.abort(new Error(`the models did not answer within ${deadline} ms`)),
  )
  try {
    return await work(call.signal)
  } finally {
    cancel()
    call.abort()
  }
}
