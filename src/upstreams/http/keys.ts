import { GateError } from '../../core/errors.ts'
import type { SecretRef } from '../../core/ports.ts'
import type { HttpSpec, UpstreamAnswer } from '../types.ts'

export interface KeyPorts {
  /** Throws an `Error` that says which variable or file is missing. Asked at every call. */
  secret(ref: SecretRef): string
  /** For the operator: never called with a secret. */
  warn(message: string): void
}

export interface Credentials {
  several: boolean
  /**
   * The first key that was not refused; when all were, the one whose refusal is the longest ago.
   * Throws `GateError` `upstream.unavailable` when none can be read.
   */
  choose(): string
  /** The two that settle a call with this key, noting what becomes of it. */
  watching(
    key: string,
    resolve: (answer: UpstreamAnswer) => void,
    reject: (error: unknown) => void,
  ): [resolve: (answer: UpstreamAnswer) => void, reject: (error: unknown) => void]
}

/** The keys of one upstream; undefined when it takes none. Each is read anew at every call, so that files may change. */
export function credentials(spec: Pick<HttpSpec, 'name' | 'key'>, ports: KeyPorts): Credentials | undefined {
  if (spec.key === undefined) return undefined
  const refs: readonly SecretRef[] =
    'files' in spec.key ? spec.key.files.map((file) => ({ file })) : [spec.key]
  /** In the order of their refusal. By value: a file with a new key in it was not refused. */
  const refused = new Set<string>()
  const complaints: (string | undefined)[] = []

  function read(ref: SecretRef, index: number): string | GateError {
    try {
      const value = ports.secret(ref)
      complaints[index] = undefined
      return value
    } catch (error) {
      const { message } = error as Error
      if (message !== complaints[index]) ports.warn(`upstream ${spec.name}: ${message}`)
      complaints[index] = message
      return new GateError('upstream.unavailable', { cause: error })
    }
  }

  return {
    several: refs.length > 1,
    choose() {
      const readable: string[] = []
      let failure: GateError | undefined
      for (const [index, ref] of refs.entries()) {
        const value = read(ref, index)
        if (typeof value !== 'string') failure = value
        else if (!refused.has(value)) return value
        else readable.push(value)
      }
      for (const value of refused) if (readable.includes(value)) return value
      throw failure
    },
    watching: (key, resolve, reject) => [
      (answer) => {
        refused.delete(key)
        resolve(answer)
      },
      (error) => {
        if (error instanceof GateError && error.code === 'upstream.auth') {
          refused.delete(key)
          refused.add(key)
          // Keys that files no longer hold go first.
          for (const oldest of refused) if (refused.size > refs.length) refused.delete(oldest)
        }
        reject(error)
      },
    ],
  }
}
