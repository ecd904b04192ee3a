import { setTimeout as sleep } from 'node:timers/promises'
import type { Fetched, SourceSpec } from '../../core/ports.ts'
import { type Http, why } from '../http.ts'
import { look, type Mark } from './fetch.ts'
import type { Secret } from './signature.ts'

const SHORTEST_REST = 500
const LONGEST_REST = 60_000
/** A server that says that it holds its answers back, and does not, is not asked without end. */
const HELD_BACK = 1_000

/** How a source is, for an operator. */
export interface Standing {
  name: string
  /** `old`: the last look failed, and what came before stays. `absent`: it never arrived. */
  state: 'good' | 'old' | 'absent'
  revision?: string
  problem?: string
}

export interface SourceDeps {
  http: Http
  secret: Secret
  problem(fetched: Fetched): string | undefined
  /** Another state than before. */
  arrived(fetched: Fetched): void
  warn(message: string): void
  info(message: string): void
}

export interface Source {
  /** Its last good state. */
  fetched(): Fetched | undefined
  /** Resolves when it has one, or so many milliseconds after it was opened. */
  first(within: number): Promise<void>
  standing(): Standing
  close(): Promise<void>
}

/** Looks at a source again and again. What is not good is told of, once, and leaves the last good state in place. */
export function openSource(spec: SourceSpec, deps: SourceDeps): Source {
  const { name, poll } = spec
  const opened = performance.now()
  const stop = new AbortController()
  const { signal } = stop
  let state: Fetched | undefined
  let mark: Mark = { holds: spec.longPoll !== undefined }
  let problem: string | undefined
  let failures = 0
  let good: () => void = () => {}
  const arrived = new Promise<void>((resolve) => {
    good = resolve
  })

  async function once(): Promise<void> {
    const looked = await look(spec, mark, { ...deps, signal })
    const wrong = looked.fetched && deps.problem(looked.fetched)
    if (wrong !== undefined) throw new Error(wrong)
    mark = looked.mark
    failures = 0
    if (problem !== undefined) deps.info(`${name} is good again`)
    problem = undefined
    if (looked.fetched === undefined || signal.aborted) return
    state = looked.fetched
    good()
    deps.arrived(state)
  }

  function failed(error: unknown): void {
    failures++
    const said = why(error)
    // Not the same every few seconds.
    if (said !== problem)
      deps.warn(`${name} cannot be taken${state === undefined ? '' : ', what came before stays'}: ${said}`)
    problem = said
  }

  /** Milliseconds until the next look. */
  function rest(took: number): number {
    if (failures > 0) {
      const most = Math.min(LONGEST_REST, SHORTEST_REST * 2 ** Math.min(failures - 1, 16))
      return Math.min(most * (0.5 + Math.random() / 2), Math.max(poll.max, SHORTEST_REST))
    }
    if (mark.holds && spec.longPoll !== undefined && took >= HELD_BACK) return 0
    return poll.min + (poll.max - poll.min) * Math.random()
  }

  const running = (async () => {
    while (!signal.aborted) {
      const began = performance.now()
      await once().catch((error: unknown) => signal.aborted || failed(error))
      await sleep(rest(performance.now() - began), undefined, { signal, ref: false }).catch(() => {})
    }
  })()

  return {
    fetched: () => state,
    async first(within) {
      const left = within - (performance.now() - opened)
      if (state !== undefined || left <= 0) return
      let timer: NodeJS.Timeout | undefined
      await Promise.race([
        arrived,
        new Promise((resolve) => {
          timer = setTimeout(resolve, left)
        }),
      ])
      clearTimeout(timer)
    },
    standing: () => ({
      name,
      state: state === undefined ? 'absent' : problem === undefined ? 'good' : 'old',
      ...(state?.bundle !== undefined && { revision: state.bundle.revision }),
      ...(problem !== undefined && { problem }),
    }),
    async close() {
      stop.abort()
      await Promise.all([running, deps.http.close()])
    },
  }
}
