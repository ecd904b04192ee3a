const BLOCK = 512
/** Where in a header its fields stand: offset and length. */
const NAME = [0, 100] as const
const SIZE = [124, 12] as const
const CHECKSUM = [148, 8] as const
const TYPE = 156
const MAGIC = [257, 6] as const
const PREFIX = [345, 155] as const
const LONGEST_NAME = 4096

export interface TarFile {
  path: string
  bytes: Buffer
}

/**
 * The files of an archive (ustar with the extended headers of pax, or GNU's long names). It is read strictly: what is no plain
 * file or folder, leads out of the archive, comes twice or does not add up is an error.
 * @param most files
 * @throws Error that says what is wrong
 */
export function untar(archive: Buffer, most: number): TarFile[] {
  const files = new Map<string, Buffer>()
  let long: string | undefined
  let ended = false
  for (let at = 0; at < archive.length; ) {
    const header = archive.subarray(at, at + BLOCK)
    if (header.length < BLOCK) throw new Error('the archive is cut off')
    if (header.every((byte) => byte === 0)) {
      ended = true
      break
    }
    if (octal(header, CHECKSUM) !== sum(header)) throw new Error('the archive is damaged')
    const size = octal(header, SIZE)
    const body = archive.subarray(at + BLOCK, at + BLOCK + size)
    if (body.length < size) throw new Error('the archive is cut off')
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK
    const type = String.fromCharCode(header[TYPE]!)
    if (type === 'x') {
      long = pathOf(body) ?? long
      continue
    }
    if (type === 'L') {
      if (size > LONGEST_NAME) throw new Error('a name in the archive is too long')
      long = text(body)
      continue
    }
    // Of the whole archive: a comment of who made it.
    if (type === 'g') continue
    const path = plain(long ?? nameOf(header))
    long = undefined
    if (type === '5') continue
    if (type !== '0' && type !== '\0') throw new Error(`${path} is neither a file nor a folder`)
    if (path === '') throw new Error('a file in the archive has no name')
    if (files.has(path)) throw new Error(`${path} is in the archive twice`)
    if (files.size === most) throw new Error(`there are more than ${most} files in the archive`)
    files.set(path, body)
  }
  if (!ended && files.size === 0) throw new Error('the archive is empty')
  return [...files].map(([path, bytes]) => ({ path, bytes }))
}

function nameOf(header: Buffer): string {
  const name = text(field(header, NAME))
  const prefix = text(field(header, MAGIC)).startsWith('ustar') ? text(field(header, PREFIX)) : ''
  return prefix === '' ? name : `${prefix}/${name}`
}

/** Below the archive's own folder, without `/` or `./` before it. */
function plain(path: string): string {
  const steps = path.split('/').filter((step) => step !== '' && step !== '.')
  if (steps.includes('..') || /[\\\x00-\x1f\x7f]/.test(path))
    throw new Error('a name in the archive leads out of it, or is none')
  return steps.join('/')
}

/** The path that an extended header says: lines of `LENGTH KEY=VALUE`. */
function pathOf(body: Buffer): string | undefined {
  let found: string | undefined
  for (let at = 0; at < body.length; ) {
    const space = body.indexOf(0x20, at)
    const length = space < 0 ? 0 : Number(body.toString('latin1', at, space))
    if (!Number.isInteger(length) || length < 5 || at + length > body.length)
      throw new Error('the archive is damaged')
    const [key, value] = cut(body.toString('utf8', space + 1, at + length - 1))
    if (key === 'path') found = value
    // What lies elsewhere than its header says.
    if (key === 'size' || key.startsWith('GNU.sparse'))
      throw new Error('the archive holds a file of a kind that is not read')
    at += length
  }
  return found
}

function cut(record: string): [key: string, value: string] {
  const at = record.indexOf('=')
  return at < 0 ? [record, ''] : [record.slice(0, at), record.slice(at + 1)]
}

const field = (header: Buffer, [at, length]: readonly [number, number]): Buffer =>
  header.subarray(at, at + length)

function text(bytes: Buffer): string {
  const end = bytes.indexOf(0)
  return bytes.toString('utf8', 0, end < 0 ? bytes.length : end)
}

function octal(header: Buffer, place: readonly [number, number]): number {
  const digits = text(field(header, place)).trim()
  if (!/^[0-7]{0,11}$/.test(digits)) throw new Error('the archive is damaged')
  return digits === '' ? 0 : Number.parseInt(digits, 8)
}

/** The sum of a header's bytes, its own field taken as spaces. */
function sum(header: Buffer): number {
  const [from, length] = CHECKSUM
  return header.reduce((total, byte, at) => total + (at >= from && at < from + length ? 0x20 : byte), 0)
}
