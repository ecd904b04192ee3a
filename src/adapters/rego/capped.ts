const MEMORY_SECTION = 5
const HEADER = 8

/**
 * The same module with a most that its memory may grow to, which Go never declares. Past it `memory.grow` fails and Go ends.
 * @param pages of 64 KiB
 */
export function capMemory(bytes: Uint8Array, pages: number): Uint8Array {
  let at = HEADER
  const read = (): number => {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]!
      value |= (byte & 127) << shift
      if (byte < 128) return value >>> 0
    }
  }
  while (at < bytes.length) {
    const start = at
    const id = bytes[at++]
    const length = read()
    const end = at + length
    if (id === MEMORY_SECTION) {
      read()
      at++
      const body = [1, 1, ...leb128(read()), ...leb128(pages)]
      const section = Uint8Array.from([MEMORY_SECTION, ...leb128(body.length), ...body])
      const capped = new Uint8Array(start + section.length + bytes.length - end)
      capped.set(bytes.subarray(0, start))
      capped.set(section, start)
      capped.set(bytes.subarray(end), start + section.length)
      return capped
    }
    at = end
  }
  throw new Error('the module has no memory')
}

function leb128(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...leb128(value >>> 7)]
}
