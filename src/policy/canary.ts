import { createHmac } from 'node:crypto'
import type { GuardPorts } from '../core/ports.ts'
import type { Documents } from './documents.ts'

const LEAST = 16
const DIGITS = 'abcdefghijklmnopqrstuvwxyz234567'

/** The canary of a tenant in a boundary: the same in every gate that has the secret, and every time. */
export type Canaries = (boundary: string, tenant: string) => string

/**
 * What makes the canaries of a policy; undefined when no boundary asks for them, or the secret is not there, which is a
 * problem then.
 */
export function canariesOf(
  { gate, boundaries, problems }: Documents,
  ports: GuardPorts,
): Canaries | undefined {
  const asking = boundaries.filter(({ spec }) => spec?.canary)
  if (asking.length === 0) return undefined
  const ref = gate?.spec?.secret
  if (ref === undefined) {
    for (const doc of asking)
      problems.push(
        doc.yaml.problem(
          ['spec', 'canary'],
          'a canary is made with a secret of the gate: write secret: { env: SALLYPORT_SECRET } in the Gate document',
        ),
      )
    return undefined
  }
  let secret = ''
  try {
    secret = ports.secret(ref)
  } catch (error) {
    problems.push(gate!.yaml.problem(['spec', 'secret'], (error as Error).message))
    return undefined
  }
  if (secret.length < LEAST) {
    problems.push(gate!.yaml.problem(['spec', 'secret'], `must have ${LEAST} characters or more`))
    return undefined
  }
  return (boundary, tenant) => {
    const mac = createHmac('sha256', secret).update(`canary\0${boundary}\0${tenant}`).digest()
    return Array.from(mac.subarray(0, 20), (byte) => DIGITS[byte & 31]).join('')
  }
}
