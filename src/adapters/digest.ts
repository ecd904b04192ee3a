import { createHash, hash } from 'node:crypto'
import type { Digest, RunningDigest } from '../core/ports.ts'

/** SHA-256 of the text's UTF-8, base64 (FIPS 180-4, RFC 4648 section 4). */
export const sha256: Digest = (text) => hash('sha256', text, 'base64')

/** The same of ever longer beginnings of a text, each of whose pieces is read once. */
export const runningSha256: RunningDigest = (pieces) => {
  const whole = createHash('sha256')
  return pieces.map((piece) => whole.update(piece).copy().digest('base64'))
}
