import { gzipSync } from 'node:zlib'

const BLOCK = 512

/** One entry of an archive, as its bytes. @param more bytes of the header that are to be others, by their place */
export function tarEntry(
  path: string,
  content: string | Buffer,
  type = '0',
  more: Record<number, string> = {},
): Buffer {
  const bytes = Buffer.from(content)
  const header = Buffer.alloc(BLOCK)
  header.write(path, 0, 100)
  header.write('0000644\0', 100)
  header.write(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124)
  header.write('00000000000\0', 136)
  header.write(type, 156)
  header.write('ustar\0' + '00', 257)
  for (const [at, text] of Object.entries(more)) header.write(text, Number(at))
  header.fill(' ', 148, 156)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return Buffer.concat([header, bytes, Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK)])
}

/** An archive of files by their paths, packed as a bundle of OPA is. */
export function bundle(files: Readonly<Record<string, string | Buffer | object>>): Buffer {
  return packed(
    Object.entries(files).map(([path, content]) =>
      tarEntry(
        path,
        typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content),
      ),
    ),
  )
}

export const packed = (entries: readonly Buffer[]): Buffer =>
  gzipSync(Buffer.concat([...entries, Buffer.alloc(2 * BLOCK)]))
