import { canonicalise } from '../core/canonical/index.ts'
import { isForeign } from '../core/canonical/script.ts'
import type { Channel, Head, Judgement, Models } from '../core/ports.ts'
import type { Stage } from '../core/types.ts'

/** What the guard model says of one window of a text. */
export interface Score extends Pick<Judgement, 'span' | 'score' | 'by' | 'reaches'> {
  head: Head
  channel: Channel
}

/** What it can be asked about in a stage. */
const HEADS: Readonly<Partial<Record<Stage, readonly Head[]>>> = {
  input: ['injection', 'toxicity'],
  context: ['injection', 'toxicity'],
  output: ['toxicity'],
}

/** Window by window, those behind a certain attack too; whether the boundary asks the model or not. */
export async function scoresOf({ classifier }: Models, stage: Stage, text: string): Promise<Score[]> {
  const channel: Channel = stage === 'context' ? 'data' : 'user'
  const canonical = isForeign(text) ? undefined : canonicalise(text, 0)
  const all = (HEADS[stage] ?? []).map(async (head) => {
    const question = { head, channel, tier: 'cascade', every: true } as const
    const judged = await classifier.classify(canonical?.text ?? text, question)
    return judged.map(({ span, ...rest }) => ({
      head,
      channel,
      ...rest,
      span: canonical?.span(span[0], span[1]) ?? span,
    }))
  })
  return (await Promise.all(all)).flat()
}

export function scoreLine({ head, channel, span, score, by, reaches }: Score): string {
  const where = `${span[0]}-${span[1]}`
  return (
    `${head} (${channel})`.padEnd(18) +
    ` ${where.padEnd(12)} ${score.toFixed(3)}  ${by.padEnd(5)} ${reaches.join(', ')}`.trimEnd()
  )
}
