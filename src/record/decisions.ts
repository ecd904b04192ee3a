import { randomUUID } from 'node:crypto'
import type { Decision, RegoAnswer } from '../core/ports.ts'
import { type MaskRule, mask } from './mask.ts'

export interface DecisionSettings {
  /** Whether they go to the records. */
  record: boolean
  mask: readonly MaskRule[]
  labels: Readonly<Record<string, string>>
}

export interface DecisionLog {
  decided(decision: Decision): void
}

const NANOSECONDS = 1_000_000

/**
 * Decisions of Rego as events of OPA's decision log: https://www.openpolicyagent.org/docs/management-decision-logs
 * What `settings` masks is in none of them, wherever they go.
 */
export function decisionLog(to: {
  settings(): DecisionSettings
  /** Of the gate that decides. */
  version: string
  /** Takes lines of the record, while they go there. */
  write(line: string): void
  /** Takes an event, in JSON; undefined while nobody does. */
  send(): ((event: string) => void) | undefined
  /** One could not be kept. */
  lost(): void
}): DecisionLog {
  const id = randomUUID()
  return {
    decided(decision) {
      const settings = to.settings()
      const send = to.send()
      if (!settings.record && send === undefined) return
      try {
        const event = eventOf(decision, { ...settings.labels, id, version: to.version }, settings.mask)
        if (settings.record) to.write(`{"kind":"decision",${event.slice(1)}\n`)
        send?.(event)
      } catch {
        to.lost()
      }
    },
  }
}

function eventOf(
  { id, path, input, answer, by, exchange, took, bundles }: Decision,
  labels: Readonly<Record<string, string>>,
  rules: readonly MaskRule[],
): string {
  const event: Record<string, unknown> = {
    decision_id: id ?? randomUUID(),
    labels,
    ...(Object.keys(bundles).length > 0 && { bundles }),
    path,
    ...saidBy(answer),
    requested_by: by,
    timestamp: new Date().toISOString(),
    metrics: { timer_server_handler_ns: Math.round(took * NANOSECONDS) },
    ...(exchange !== undefined && { custom: { exchange } }),
  }
  // As it was asked, to the digit, where nothing of it is masked.
  if (rules.length === 0) return `{"input":${input},${JSON.stringify(event).slice(1)}`
  const shown: Record<string, unknown> = { ...structuredClone(event), input: JSON.parse(input) }
  const { erased, masked } = mask(shown, rules)
  return JSON.stringify({
    ...shown,
    ...(erased.length > 0 && { erased }),
    ...(masked.length > 0 && { masked }),
  })
}

function saidBy(answer: RegoAnswer): object {
  if ('rules' in answer) return { result: answer.rules }
  if ('value' in answer) return { result: answer.value }
  return 'error' in answer ? { error: { code: 'internal_error', message: answer.error } } : {}
}
