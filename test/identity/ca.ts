import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onStop } from '../gate.ts'

/** A certificate and its key: files of PEM. */
export interface Pair {
  cert: string
  key: string
}

export interface TestCa {
  /** Its own certificate, a file of PEM. */
  file: string
  /**
   * @param subject such as `CN=name`, one after the other
   * @param names such as `URI:spiffe://a/b`, `DNS:a`, `IP:127.0.0.1`, whatever they hold
   * @param until milliseconds from now
   */
  issue(subject: readonly string[], names?: readonly string[], until?: number): Pair
}

const HOUR = 3_600_000

/** A certification authority on this machine. */
export function startCa(name = 'test'): TestCa {
  const dir = mkdtempSync(join(tmpdir(), 'sallyport-ca-'))
  onStop(async () => rmSync(dir, { recursive: true, force: true }))
  const ca = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const issuer = [`CN=${name}`]
  let made = 0

  function put(
    subject: readonly string[],
    publicKey: KeyObject,
    extensions: Buffer[],
    until: number,
  ): string {
    const algorithm = sequence(oid('1.2.840.10045.4.3.2')) // ecdsa-with-SHA256
    const tbs = sequence(
      tlv(0xa0, integer(2)),
      integer(++made),
      algorithm,
      nameOf(issuer),
      sequence(time(Math.min(-HOUR, until - HOUR)), time(until)),
      nameOf(subject),
      publicKey.export({ type: 'spki', format: 'der' }),
      tlv(0xa3, sequence(...extensions)),
    )
    const signature = tlv(0x03, Buffer.concat([Buffer.of(0), sign('sha256', tbs, ca.privateKey)]))
    const file = join(dir, `${made}.crt`)
    writeFileSync(file, pemOf('CERTIFICATE', sequence(tbs, algorithm, signature)))
    return file
  }

  return {
    file: put(
      issuer,
      ca.publicKey,
      [extension('2.5.29.19', sequence(tlv(0x01, Buffer.of(0xff))))], // basicConstraints: a CA
      HOUR,
    ),
    issue(subject, names = [], until = HOUR) {
      const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      const san = extension('2.5.29.17', sequence(...names.map(generalName)))
      const leaf = extension('2.5.29.19', sequence()) // basicConstraints: no CA
      const cert = put(subject, publicKey, names.length === 0 ? [leaf] : [leaf, san], until)
      const key = cert.replace(/crt$/, 'key')
      writeFileSync(key, privateKey.export({ type: 'pkcs8', format: 'pem' }))
      return { cert, key }
    },
  }
}

/** What a client of Node is given. */
export const pem = ({ cert, key }: Pair) => ({ cert: readFileSync(cert), key: readFileSync(key) })

// As much of DER (X.690) as a certificate (RFC 5280) needs.

function tlv(tag: number, ...contents: Uint8Array[]): Buffer {
  const content = Buffer.concat(contents)
  const length =
    content.length < 0x80
      ? [content.length]
      : content.length < 0x100
        ? [0x81, content.length]
        : [0x82, content.length >> 8, content.length & 0xff]
  return Buffer.concat([Buffer.of(tag, ...length), content])
}

const sequence = (...contents: Uint8Array[]): Buffer => tlv(0x30, ...contents)
const integer = (value: number): Buffer => tlv(0x02, Buffer.of(value))
const utf8 = (text: string): Buffer => tlv(0x0c, Buffer.from(text))
const pemOf = (label: string, der: Buffer): string =>
  `-----BEGIN ${label}-----\n${der.toString('base64').replace(/(.{64})(?!$)/g, '$1\n')}\n-----END ${label}-----\n`

function time(fromNow: number): Buffer {
  const iso = new Date(Date.now() + fromNow).toISOString()
  return tlv(0x17, Buffer.from(`${iso.slice(2, 19).replace(/[-:T]/g, '')}Z`))
}

function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const bytes = [first * 40 + second]
  for (const part of rest) {
    const groups = [part & 0x7f]
    for (let left = part >> 7; left > 0; left >>= 7) groups.unshift(0x80 | (left & 0x7f))
    bytes.push(...groups)
  }
  return tlv(0x06, Buffer.from(bytes))
}

const extension = (id: string, value: Buffer): Buffer => sequence(oid(id), tlv(0x04, value))

function nameOf(parts: readonly string[]): Buffer {
  const ids: Record<string, string> = { CN: '2.5.4.3', O: '2.5.4.10' }
  return sequence(
    ...parts.map((part) => {
      const mark = part.indexOf('=')
      return tlv(0x31, sequence(oid(ids[part.slice(0, mark)]!), utf8(part.slice(mark + 1))))
    }),
  )
}

function generalName(name: string): Buffer {
  const mark = name.indexOf(':')
  const value = name.slice(mark + 1)
  switch (name.slice(0, mark)) {
    case 'URI':
      return tlv(0x86, Buffer.from(value))
    case 'DNS':
      return tlv(0x82, Buffer.from(value))
    default:
      return tlv(0x87, Buffer.from(value.split('.').map(Number)))
  }
}
