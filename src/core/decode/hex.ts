import { textOf } from './printable.ts'
import type { Packed } from './types.ts'
import { valuesOf } from './units.ts'

const DIGITS = valuesOf('0123456789abcdef')
for (let i = 10; i < 16; i++) DIGITS[55 + i] = i

const HEX = /^(?:0[xX])?([0-9a-fA-F]{16,})$/
const BINARY = /^(?:0b)?([01]{48,})$/

/** Base16, also as one number. */
export const hex: Packed = {
  encoding: 'hex',
  read: (run) => digits(HEX.exec(run)?.[1], 4, 2),
}

/** Bits without anything between the bytes. */
export const binary: Packed = {
  encoding: 'binary',
  read: (run) => digits(BINARY.exec(run)?.[1], 1, 8),
}

function digits(run: string | undefined, bits: number, group: number): string | undefined {
  if (run === undefined) return undefined
  const values = new Uint8Array(run.length)
  for (let i = 0; i < run.length; i++) values[i] = DIGITS[run.charCodeAt(i)]!
  return textOf({ values, bits, group })
}
