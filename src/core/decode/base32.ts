import { textOf } from './printable.ts'
import type { Packed } from './types.ts'
import { valuesOf } from './units.ts'

const VALUES = valuesOf('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')
for (let i = 0; i < 26; i++) VALUES[97 + i] = i

const FORM = /^(?:[A-Z2-7]{16,}|[a-z2-7]{16,})$/

/** Base32 (RFC 4648), in capitals or not. */
export const base32: Packed = {
  encoding: 'base32',
  read(run) {
    if (!FORM.test(run)) return undefined
    const values = new Uint8Array(run.length)
    for (let i = 0; i < run.length; i++) values[i] = VALUES[run.charCodeAt(i)]!
    return textOf({ values, bits: 5, group: 8 })
  },
}
