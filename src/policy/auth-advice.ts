import type { GuardPorts } from '../core/ports.ts'
import type { Documents } from './documents.ts'
import type { Problem } from './problem.ts'

/** Whether what is sent there can be read on the way. */
export function isInTheClear(address: string): boolean {
  const { protocol, hostname } = new URL(address)
  return protocol === 'http:' && !/^(?:localhost|127\.[0-9.]+|\[::1\])$/.test(hostname)
}

/** What of the ways to say who calls is allowed, but seldom meant. */
export function adviseOnAuth({ gate, consumers }: Documents, ports: GuardPorts, warnings: Problem[]): void {
  if (gate?.spec === undefined) return
  const { auth, tls } = gate.spec
  const warn = (path: PropertyKey[], message: string) =>
    warnings.push(gate.yaml.problem(['spec', ...path], message))

  for (const [index, issuer] of auth.issuers.entries()) {
    const here = ['auth', 'issuers', index]
    const { jwks, introspection, algorithms, token } = issuer
    if (algorithms !== undefined && isInTheClear(jwks ?? issuer.issuer))
      warn(
        [...here, jwks === undefined ? 'issuer' : 'jwks'],
        'http: whoever stands on the way can put keys of their own in, and be anybody: write https',
      )
    if (introspection !== undefined && isInTheClear(introspection.url))
      warn([...here, 'introspection', 'url'], 'http carries tokens and the secret in the clear: write https')
    for (const [path, secret] of [
      [['token'], token],
      [['introspection', 'client', 'secret'], introspection?.client.secret],
    ] as const)
      if (secret !== undefined && 'env' in secret && !isThere(secret, ports))
        warn([...here, ...path], `${secret.env} is not set here: tokens of this issuer will be refused`)
  }
  if (tls?.ca !== undefined && tls.clients === 'optional' && auth.certificates === undefined)
    warn(
      ['tls', 'ca'],
      'certificates are asked for and not needed: write "auth.certificates", or clients: required',
    )
  for (const [index, range] of auth.forwarded?.from.entries() ?? [])
    if (range.endsWith('/0'))
      warn(['auth', 'forwarded', 'from', index], 'everybody may say who they are: name the proxies')
  if (!auth.keys && consumers.length > 0)
    warn(['auth', 'keys'], 'keys are not taken: the callers of all Consumer documents will be refused')
}

function isThere(secret: { env: string }, ports: GuardPorts): boolean {
  try {
    return ports.secret(secret) !== ''
  } catch {
    return false
  }
}
