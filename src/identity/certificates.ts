import type { X509Certificate } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { BlockList, isIP, type Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { GateError } from '../core/errors.ts'
import type { Caller, Credential } from '../core/types.ts'
import { isSubject, isTenant } from './claimed.ts'
import { commonName, lastForwarded } from './forwarded.ts'

/** What `auth.certificates` of the `Gate` document says. */
export type CertificatesSpec = { roles: readonly string[]; tenant?: string } & (
  | { subject: 'cn' }
  | { subject: 'spiffe'; trustDomain: string; path?: string }
)

/** Proxies whose `x-forwarded-client-cert` is believed: addresses and ranges of them. */
export interface ForwardedSpec {
  from: readonly string[]
}

export type Request = Pick<IncomingMessage, 'headers'> & { socket: Socket }

/** By what a certificate names its holder. */
interface Names {
  uris: readonly string[]
  commonName: string | undefined
}

const HEADER = 'x-forwarded-client-cert'

/**
 * Who calls by the certificate of the connection or, where a trusted proxy calls, by the one that it tells of.
 * @returns undefined when none is shown. The function throws `GateError` `auth.invalid`, `auth.expired`.
 */
export function certificates(
  spec: CertificatesSpec,
  forwarded: ForwardedSpec | undefined,
  now: () => number,
): (request: Request) => Caller | undefined {
  const holder = holderOf(spec)
  const trusted = forwarded && addresses(forwarded.from)
  /** A connection's certificate stays the same. */
  const held = new WeakMap<Socket, { caller: Caller; until: number }>()

  return ({ headers, socket }) => {
    // Of a connection that is gone it cannot be said any more whether a proxy had it.
    if (trusted !== undefined && socket.remoteAddress === undefined) throw new GateError('auth.invalid')
    if (trusted?.(socket.remoteAddress) === true) {
      // The proxy's own certificate says who the proxy is, never who calls through it.
      const header = headers[HEADER]
      if (header === undefined) return undefined
      const told = lastForwarded(String(header))
      if (told === undefined) throw new GateError('auth.invalid')
      const { uris, subject } = told
      return holder(
        { uris, commonName: subject === undefined ? undefined : commonName(subject) },
        'forwarded',
      )
    }
    if (!(socket instanceof TLSSocket)) return undefined
    let known = held.get(socket)
    if (known === undefined) {
      const certificate = socket.getPeerX509Certificate()
      if (certificate === undefined) return undefined
      if (!socket.authorized) throw new GateError('auth.invalid')
      known = {
        caller: holder(namesOf(certificate), 'certificate'),
        until: Date.parse(certificate.validTo),
      }
      held.set(socket, known)
    }
    // A connection may outlive its certificate.
    if (!(now() < known.until)) throw new GateError('auth.expired')
    return known.caller
  }
}

function holderOf(spec: CertificatesSpec): (names: Names, by: Credential) => Caller {
  const id = spec.subject === 'spiffe' ? spiffe(spec.trustDomain, spec.path) : undefined
  return ({ uris, commonName: name }, by) => {
    // An X.509-SVID has exactly one URI (SPIFFE X509-SVID, section 2).
    const found = id === undefined ? { subject: name } : uris.length === 1 ? id(uris[0]!) : undefined
    const tenant = spec.tenant ?? (found as { tenant?: string } | undefined)?.tenant
    if (found === undefined || !isSubject(found.subject) || !isTenant(tenant))
      throw new GateError('auth.invalid')
    return Object.freeze({ subject: found.subject, tenant, roles: spec.roles, credentials: [by] })
  }
}

/** SPIFFE-ID, section 2: small letters in the trust domain, no empty or dotted steps in the path. */
function spiffe(domain: string, pattern: string | undefined) {
  const steps = pattern?.slice(1).split('/')
  const prefix = `spiffe://${domain}/`
  return (uri: string): { subject: string; tenant?: string } | undefined => {
    if (uri.length > 2048 || !uri.startsWith(prefix)) return undefined
    const path = uri.slice(prefix.length).split('/')
    if (path.some((step) => !/^[A-Za-z0-9._-]+$/.test(step) || step === '.' || step === '..'))
      return undefined
    if (steps === undefined) return { subject: uri }
    if (steps.length !== path.length) return undefined
    let tenant: string | undefined
    for (const [index, step] of steps.entries()) {
      if (step === '{tenant}') tenant = path[index]!
      else if (step !== '*' && step !== path[index]) return undefined
    }
    return { subject: uri, ...(tenant === undefined ? {} : { tenant }) }
  }
}

function namesOf(certificate: X509Certificate): Names {
  return {
    uris: urisOf(certificate.subjectAltName ?? ''),
    // A line each, escaped as RFC 2253 has it.
    commonName: commonName((certificate.subject ?? '').replaceAll('\n', ',')),
  }
}

/** `URI:spiffe://a/b, DNS:c`: what holds a comma or a quote is written as a JSON string. */
function urisOf(names: string): string[] {
  const entry = /([A-Za-z ]{1,32}):("(?:[^"\\]|\\.)*"|[^,]*)(?:, |$)/y
  const uris: string[] = []
  for (entry.lastIndex = 0; entry.lastIndex < names.length; ) {
    const found = entry.exec(names)
    if (found === null) return []
    if (found[1] === 'URI') uris.push(found[2]!)
  }
  return uris
}

/** Whether an address is one of these. @throws TypeError for what is no address */
export function addresses(ranges: readonly string[]): (address: string | undefined) => boolean {
  const list = new BlockList()
  for (const range of ranges) {
    const [address, bits] = range.split('/') as [string, string?]
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    list.addSubnet(address, bits === undefined ? (family === 'ipv6' ? 128 : 32) : Number(bits), family)
  }
  return (address) => {
    if (address === undefined) return false
    // What comes by IPv4 to a socket of IPv6.
    const plain = address.replace(/^::ffff:(?=[0-9.]+$)/i, '')
    const family = isIP(plain)
    return family !== 0 && list.check(plain, family === 6 ? 'ipv6' : 'ipv4')
  }
}
