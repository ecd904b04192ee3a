import { hash } from 'node:crypto'
import type { Digest } from '../core/ports.ts'

/** SHA-256 of the text's UTF-8, base64 (FIPS 180-4, RFC 4648 section 4). */
export const sha256: Digest = (text) => hash('sha256', text, 'base64')
