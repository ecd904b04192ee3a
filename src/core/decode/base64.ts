import { textOf } from './printable.ts'
import type { Packed } from './types.ts'
import { valuesOf } from './units.ts'

const VALUES = valuesOf('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/')
VALUES[45] = 62
VALUES[95] = 63

/** Documents that hold words of their format at best. */
const FILE = /^(?:%PDF-\d|PK\u0003|ID3|OggS|RIFF|GIF8)/

/** Base64 and its URL-safe form (RFC 4648). */
export const base64: Packed = {
  encoding: 'base64',
  read(run) {
    const values = new Uint8Array(run.length)
    for (let i = 0; i < run.length; i++) values[i] = VALUES[run.charCodeAt(i)]!
    const text = textOf({ values, bits: 6, group: 4 })
    return text === undefined || FILE.test(text) ? undefined : text
  },
}
