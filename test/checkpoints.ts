import { memoryCounter } from '../src/adapters/counter-memory.ts'
import { sha256 } from '../src/adapters/digest.ts'
import { cancellation } from '../src/core/cancellation.ts'
import { NO_CONTENT } from '../src/core/content.ts'
import type { Counter } from '../src/core/ports.ts'
import type { Checkpoint, CheckpointModule, Outcome, ReadonlyExchange } from '../src/core/types.ts'
import { type VirtualClock, virtualClock } from './virtual-clock.ts'

/** What a checkpoint is opened with in a test: counts in memory that go by the test's own time. */
export function bench(wrap: (counter: Counter) => Counter = (counter) => counter) {
  const clock: VirtualClock = virtualClock()
  const counter = wrap(memoryCounter({ now: clock.now }))
  const ports = { counter, clock, digest: sha256, secret: () => '' }
  return {
    clock,
    counter,
    ports,
    open: (module: CheckpointModule, config: object) =>
      module.open(module.config.parse(config), ports) as Checkpoint,
  }
}

/** A counter that answers as one does that is asked over a network. */
export function later({ take, correct, hold }: Counter): Counter {
  const soon = <T>(value: T | Promise<T>) => Promise.resolve(value)
  return {
    take: (...of) => soon(take(...of)),
    correct: (...of) => soon(correct(...of)),
    hold: (...of) => soon(hold(...of)),
  }
}

export function call(more: Partial<ReadonlyExchange> = {}): ReadonlyExchange {
  return {
    id: 'ex_1',
    stage: 'admit',
    boundary: 'chat',
    caller: { subject: 'ada', tenant: 'acme', roles: [] },
    model: 'm',
    signal: cancellation().signal,
    estimate: () => ({ inputTokens: 10, outputTokens: 20 }),
    prices: () => new Map(),
    counted: [],
    path: '/v1/chat/completions',
    contextTokens: undefined,
    upstreams: [{ name: 'u', protocol: 'openai' }],
    stream: false,
    enforced: { admit: [], input: [], context: [], policy: [], output: [], tool: [] },
    findings: [],
    request: NO_CONTENT,
    answer: undefined,
    ...more,
  }
}

export const used = (inputTokens: number, outputTokens: number | undefined, more: Partial<Outcome> = {}) => ({
  admitted: true,
  reached: true,
  upstream: 'u',
  inputTokens,
  cachedTokens: 0,
  outputTokens,
  ...more,
})
