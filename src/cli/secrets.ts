import { randomBytes } from 'node:crypto'
import type { GuardPorts } from '../core/ports.ts'

/**
 * Ports for documents that are looked at where secrets should not be, such as in CI: a made-up one shows whether the rest
 * is good.
 */
export function madeUp(ports: GuardPorts): { ports: GuardPorts; missing: ReadonlySet<string> } {
  const missing = new Set<string>()
  return {
    missing,
    ports: {
      ...ports,
      secret(ref) {
        try {
          return ports.secret(ref)
        } catch {
          missing.add('env' in ref ? `variable ${ref.env}` : `file ${ref.file}`)
          return randomBytes(32).toString('hex')
        }
      },
    },
  }
}
