import { isTried } from '../../core/checkpoint.ts'
import { GateError } from '../../core/errors.ts'
import type { Exchange } from '../../core/exchange.ts'
import type { Released } from '../../core/judge.ts'
import { toolCalls } from '../../core/tool-calls.ts'
import type { Unit } from '../../core/types.ts'
import type { AnswerReader } from '../../protocols/types.ts'
import type { Call } from './call.ts'
import { checkedAnswer } from './checked.ts'

/** The most characters of a stream that checkpoints of its answer are shown. */
const MAX_CHECKED = 16 * 1024 * 1024

/**
 * What of a stream waits for checkpoints: all of it for those of `output`, what follows its first tool call for those of `tool`,
 * and nothing for those that are only tried, which are shown it all the same.
 * @param answer reads it anew
 */
export function holding(exchange: Exchange, answer: () => AnswerReader) {
  const { checks } = exchange
  const rules = ANSWERED.flatMap((stage) => checks.checkpoints?.[stage] ?? [])
  const enforced = rules.filter((rule) => !isTried(checks, rule)).map(({ stage }) => stage)
  const tried = rules.find((rule) => isTried(checks, rule))
  let shown = rules.length > 0
  let text = ''
  let sent = 0
  let holds = enforced.includes('output')

  async function checked(call: Call): Promise<string> {
    const read = (again: string): Unit[] => {
      const reader = answer()
      return [...reader.push(Buffer.from(again)), ...reader.end()]
    }
    return (await checkedAnswer(call, exchange, text, { read, stream: true, sent })).slice(sent)
  }
  function failedToTry(how: string): void {
    const { name, stage, actions } = tried!
    const action = actions.get('guard.failed') ?? 'block'
    const reason = `${name} could not judge this: ${how}`
    exchange.find({
      code: 'guard.failed',
      reason,
      score: 1,
      guard: name,
      stage,
      action,
      places: [],
      shadow: true,
    })
  }

  return {
    /** Whether a unit waits. Throws `GateError` `upstream.invalid` when too much does. */
    keeps(unit: Released): boolean {
      if (!shown) return false
      // A call without arguments has no part.
      holds ||= enforced.length > 0 && (unit.calls || toolCalls(unit.text).length > 0)
      text += unit.text
      if (!holds) sent = text.length
      if (text.length > MAX_CHECKED) {
        if (enforced.length > 0) throw new GateError('upstream.invalid')
        shown = false
        text = ''
        failedToTry('the answer is longer than what checkpoints are shown')
      }
      return holds
    },
    some: () => holds,
    /** What waited, as the checkpoints let it pass. */
    checked,
    /** Shows the answer, all of which has left, to checkpoints that are only tried. */
    async tried(call: Call): Promise<void> {
      if (!shown || holds || tried === undefined) return
      try {
        await checked(call)
      } catch {
        failedToTry('the answer cannot be shown again')
      }
    },
  }
}

const ANSWERED = ['output', 'tool'] as const
