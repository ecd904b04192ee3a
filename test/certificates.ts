import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { isIP } from 'node:net'

/** A certificate and its private key, both PEM. */
export interface Certified {
  cert: string
  key: string
}

export interface CertificateOptions {
  /** The subject's common name. */
  name?: string
  organization?: string
  organizationalUnit?: string
  /** Subject alternative names: what is an IP address, or holds `://`, is written as one. */
  hosts?: readonly string[]
  /** Default: an hour ago. */
  from?: Date
  /** Default: in a day. */
  until?: Date
}

export interface Authority {
  /** Its own certificate, PEM: what a `ca` file holds. */
  ca: string
  /** A certificate for servers and clients alike, signed by it. */
  issue(options?: CertificateOptions): Certified
  /** An authority below it. What it issues has its certificate behind its own. */
  below(name: string): Authority
}

const HOUR = 3_600_000

/**
 * An authority of a test's own, with ECDSA keys on P-256. Made by hand, so that a machine needs no openssl.
 * Source: RFC 5280, sections 4.1 and 4.2; RFC 5758 for the signature.
 */
export function authority(name = 'test authority'): Authority {
  const { privateKey, publicKey } = pair()
  const own = certificate({ name, until: inDays(10) }, publicKey, { name, key: privateKey }, true)
  return issuer(name, privateKey, own, '')
}

/** A certificate that nobody but itself vouches for. */
export function selfSigned(options: CertificateOptions = {}): Certified {
  const { privateKey, publicKey } = pair()
  return {
    cert: certificate(options, publicKey, { ...options, key: privateKey }, false),
    key: pemOf(privateKey),
  }
}

function issuer(name: string, key: KeyObject, own: string, chain: string): Authority {
  return {
    ca: own,
    issue(options = {}) {
      const { privateKey, publicKey } = pair()
      return { cert: certificate(options, publicKey, { name, key }, false) + chain, key: pemOf(privateKey) }
    },
    below(child) {
      const { privateKey, publicKey } = pair()
      const cert = certificate({ name: child, until: inDays(10) }, publicKey, { name, key }, true)
      return issuer(child, privateKey, cert, cert + chain)
    },
  }
}

function certificate(
  subject: CertificateOptions,
  publicKey: KeyObject,
  by: CertificateOptions & { key: KeyObject },
  ca: boolean,
): string {
  const { hosts = [], from = new Date(Date.now() - HOUR), until = inDays(1) } = subject
  const algorithm = sequence(oid('1.2.840.10045.4.3.2')) // ecdsa-with-SHA256
  const extensions = [
    extension('2.5.29.19', sequence(...(ca ? [tlv(0x01, Buffer.of(0xff))] : [])), true), // basicConstraints
    // keyUsage: keyCertSign and cRLSign, or digitalSignature
    extension('2.5.29.15', tlv(0x03, ca ? Buffer.of(1, 0x06) : Buffer.of(7, 0x80)), true),
  ]
  if (!ca) {
    const usage = sequence(oid('1.3.6.1.5.5.7.3.1'), oid('1.3.6.1.5.5.7.3.2')) // serverAuth, clientAuth
    extensions.push(extension('2.5.29.37', usage))
  }
  if (hosts.length > 0) extensions.push(extension('2.5.29.17', sequence(...hosts.map(alternative))))
  const serial = randomBytes(16)
  serial[0] = (serial[0]! & 0x3f) | 0x40 // positive, and no longer than it has to be
  const toBeSigned = sequence(
    tlv(0xa0, tlv(0x02, Buffer.of(2))), // version 3
    tlv(0x02, serial),
    algorithm,
    distinguished(by),
    sequence(time(from), time(until)),
    distinguished(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    tlv(0xa3, sequence(...extensions)),
  )
  const signature = tlv(0x03, Buffer.concat([Buffer.of(0), sign('sha256', toBeSigned, by.key)]))
  const lines = sequence(toBeSigned, algorithm, signature)
    .toString('base64')
    .match(/.{1,64}/g)
  return `-----BEGIN CERTIFICATE-----\n${lines!.join('\n')}\n-----END CERTIFICATE-----\n`
}

function alternative(host: string): Buffer {
  if (host.includes('://')) return tlv(0x86, Buffer.from(host, 'ascii'))
  if (isIP(host) === 0) return tlv(0x82, Buffer.from(host, 'ascii'))
  return tlv(0x87, isIP(host) === 4 ? Buffer.from(host.split('.').map(Number)) : ipv6(host))
}

function ipv6(address: string): Buffer {
  const [head = '', tail] = address.split('::')
  const words = (text: string | undefined) => (text === undefined || text === '' ? [] : text.split(':'))
  const before = words(head)
  const after = words(tail)
  const filled = [...before, ...Array(8 - before.length - after.length).fill('0'), ...after]
  return Buffer.from(filled.map((word) => word.padStart(4, '0')).join(''), 'hex')
}

function distinguished({ name = 'test', organization, organizationalUnit }: CertificateOptions): Buffer {
  const one = (type: string, value: string | undefined): Buffer[] =>
    value === undefined ? [] : [tlv(0x31, sequence(oid(type), tlv(0x0c, Buffer.from(value))))]
  return sequence(
    ...one('2.5.4.10', organization),
    ...one('2.5.4.11', organizationalUnit),
    ...one('2.5.4.3', name),
  )
}

const extension = (id: string, value: Buffer, critical = false): Buffer =>
  sequence(oid(id), ...(critical ? [tlv(0x01, Buffer.of(0xff))] : []), tlv(0x04, value))

const sequence = (...items: Buffer[]): Buffer => tlv(0x30, Buffer.concat(items))

/** UTCTime: good until 2049. */
const time = (date: Date): Buffer =>
  tlv(0x17, Buffer.from(`${date.toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`, 'ascii'))

function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number)
  const bytes = [first * 40 + second]
  for (const arc of rest) {
    const groups = [arc & 0x7f]
    for (let left = arc >>> 7; left > 0; left >>>= 7) groups.unshift((left & 0x7f) | 0x80)
    bytes.push(...groups)
  }
  return tlv(0x06, Buffer.from(bytes))
}

/** Tag, length, value, as DER has them. */
function tlv(tag: number, value: Buffer): Buffer {
  const { length } = value
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), value])
  const size = length < 0x100 ? Buffer.of(0x81, length) : Buffer.of(0x82, length >> 8, length & 0xff)
  return Buffer.concat([Buffer.of(tag), size, value])
}

function pair() {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' })
}

function pemOf(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString()
}

const inDays = (days: number): Date => new Date(Date.now() + days * 24 * HOUR)
