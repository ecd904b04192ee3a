import { z } from 'zod'
import type { Channel, Head } from '../../core/ports.ts'
import type { Code } from '../../core/types.ts'

/** The two models: what `guard.json` calls them. */
export type Model = 'fast' | 'encoder'

const HEADS = ['injection', 'toxicity'] as const satisfies readonly Head[]
const CHANNELS = ['user', 'data'] as const satisfies readonly Channel[]

const probability = z.number().min(0).max(1)
/** By channel, or the same for `any`. */
const byChannel = z.union([
  z.strictObject({ any: probability }),
  z
    .strictObject({ user: probability.exactOptional(), data: probability.exactOptional() })
    .refine((channels) => Object.keys(channels).length > 0, { error: 'names no channel' }),
])
const codes = z.record(z.string().regex(/^(?:injection|toxicity)\.[a-z_]+$/), byChannel)
const platt = z.strictObject({ a: z.number().positive(), b: z.number() })
const calibrated = z.strictObject({ injection: platt, toxicity: platt })
const between = z
  .strictObject({ low: probability, high: probability })
  .refine(({ low, high }) => low < high, { error: 'must have "low" below "high"' })
const clear = z.strictObject({ user: between, data: between })
const token = z.int().min(0)

const schema = z.strictObject({
  version: z.union([z.string().min(1).max(128), z.number()]).transform(String),
  maxTokens: z.int().min(16).max(512),
  /** How many tokens neighbouring windows share. */
  stride: z.int().min(0).max(256),
  heads: z
    .array(z.enum(HEADS))
    .refine((heads) => new Set(heads).size === heads.length && heads.length === HEADS.length, {
      error: `must name ${HEADS.join(' and ')}, each once`,
    }),
  /** What says in words, and as tokens, which channel a text came by. */
  prefix: z.strictObject({ user: z.string(), data: z.string() }),
  prefixIds: z.strictObject({ user: z.array(token).max(8), data: z.array(token).max(8) }),
  cls: token,
  sep: token,
  calibration: z.strictObject({ encoder: calibrated, fast: calibrated }),
  thresholds: z.strictObject({ encoder: codes, fast: codes }),
  cascade: z.strictObject({ injection: clear, toxicity: clear }),
})

/** What one model's logit means for one head and channel. */
export interface Scale {
  /** Where the head stands among the logits. */
  column: number
  probability(logit: number): number
  /** From the lowest threshold to the highest. */
  thresholds: readonly (readonly [code: Code, at: number])[]
}

export interface Manifest {
  version: string
  maxTokens: number
  overlap: number
  heads: number
  prefix: Readonly<Record<Channel, string>>
  prefixIds: Readonly<Record<Channel, readonly number[]>>
  cls: number
  sep: number
  scale(model: Model, head: Head, channel: Channel): Scale
  /** At or below `low`, at or above `high` the fast model decides. */
  clear(head: Head, channel: Channel): { low: number; high: number }
}

/** Reads `guard.json`. Throws an `Error` that says which field is wrong. */
export function readManifest(text: string): Manifest {
  const { stride, heads, calibration, thresholds, cascade, ...rest } = parsed(text)
  const scales = new Map<string, Scale>()
  for (const model of ['fast', 'encoder'] as const)
    for (const [column, head] of heads.entries())
      for (const channel of CHANNELS) {
        const { a, b } = calibration[model][head]
        const reached = Object.entries(thresholds[model])
          .flatMap(([code, at]): [string, number][] => {
            const threshold = 'any' in at ? at.any : at[channel]
            return threshold === undefined || !code.startsWith(`${head}.`) ? [] : [[code, threshold]]
          })
          .sort(([, one], [, other]) => one - other)
        // Such a head would never find anything, and nobody would notice.
        if (reached.length === 0)
          throw new Error(`guard.json: "thresholds.${model}" has none for ${head} of channel "${channel}"`)
        scales.set(`${model} ${head} ${channel}`, {
          column,
          probability: (logit) => 1 / (1 + Math.exp(-(a * logit + b))),
          thresholds: reached,
        })
      }
  if (stride * 2 > rest.maxTokens) throw new Error('guard.json: "stride" is more than half of "maxTokens"')
  return {
    ...rest,
    overlap: stride,
    heads: heads.length,
    scale: (model, head, channel) => scales.get(`${model} ${head} ${channel}`)!,
    clear: (head, channel) => cascade[head][channel],
  }
}

function parsed(text: string): z.output<typeof schema> {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw new Error('guard.json is not JSON')
  }
  const read = schema.safeParse(json)
  if (read.success) return read.data
  const told = read.error.issues.map(({ path, message }) => `"${path.join('.')}" ${message}`)
  throw new Error(`guard.json: ${told.slice(0, 5).join('; ')}`)
}
