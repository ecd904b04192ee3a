import { hash } from 'node:crypto'
import type { CheckpointPorts, GuardPorts } from '../core/ports.ts'
import type { CheckpointModule, GuardModule } from '../core/types.ts'
import { fingerprint } from './hash.ts'
import type { CompiledRego } from './modules.ts'
import type { Problem } from './problem.ts'

/** What rules are built with; one for a whole load, so that equal configurations are opened once. */
export interface Workshop {
  modules: ReadonlyMap<string, GuardModule>
  checkpoints: ReadonlyMap<string, CheckpointModule>
  ports: GuardPorts
  /** What checkpoints may ask for besides; there when there are any. */
  checkpointPorts: Omit<CheckpointPorts, 'secret' | 'rego'> | undefined
  /** The policy's Rego, when something asks it and it is good. */
  rego: CompiledRego | undefined
  packageVersion: string
  opened: Map<string, Promise<Opened<unknown>>>
  problems: Problem[]
  warnings: Problem[]
}

export interface Opened<T> {
  made?: T
  /** What kept it from being opened. */
  failure?: Error
  build: string
}

/** @param written the configuration as it stands in the document: plain data, unlike what a schema may make of it */
export function open<T>(
  shop: Workshop,
  name: string,
  written: unknown,
  make: (ports: GuardPorts) => T | Promise<T>,
): Promise<Opened<T>> {
  const origin = fingerprint([name, written, shop.packageVersion])
  const known = shop.opened.get(origin)
  if (known !== undefined) return known as Promise<Opened<T>>
  const opening = (async (): Promise<Opened<T>> => {
    // What a guard remembered under a former secret or model must not be found under the next one.
    const behind: string[] = []
    const { models } = shop.ports
    const ports: GuardPorts = {
      ...(models && {
        async models() {
          const loaded = await models()
          behind.push(loaded.version)
          return loaded
        },
      }),
      secret(ref) {
        const value = shop.ports.secret(ref)
        behind.push(hash('sha256', value))
        return value
      },
    }
    try {
      const made = await make(ports)
      return { made, build: behind.length === 0 ? origin : fingerprint([origin, behind]) }
    } catch (error) {
      return { failure: error instanceof Error ? error : new Error('could not be opened'), build: origin }
    }
  })()
  shop.opened.set(origin, opening)
  return opening
}
