import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import Provider from 'oidc-provider'
import { vi } from 'vitest'
import { onStop } from '../gate.ts'

/** For which oidc-provider makes a JWT, and an opaque token. */
const JWT_FOR = 'https://sallyport.test/jwt'
export const OPAQUE_FOR = 'https://sallyport.test/opaque'
export const CLIENT = { id: 'gate-client', secret: 'gate-client-secret-0123456789' }
const APPS = ['support-bot', 'tester']

export interface TestIssuer {
  /** As its tokens say it. */
  issuer: string
  /** How often each path was asked for. */
  asked(path: string): number
  /** A token by client credentials. */
  token(options?: { client?: string; resource?: string }): Promise<string>
  /** A JWT of these claims, signed with the key that it has now, or with another. */
  sign(claims: JWTPayload, options?: { kid?: string; alg?: string; key?: CryptoKey }): Promise<string>
  /** From now on it has another key. */
  rotate(): Promise<void>
  down(): Promise<void>
  up(): Promise<void>
  /** Answers of its own for some paths, in place of the provider's. */
  replies: Map<string, RequestListener>
  /** The public key that it has now, as PEM would hold it. */
  publicJwk(): Promise<object>
}

/** A real issuer (oidc-provider) on this machine. */
export async function startIssuer(options: { up?: boolean; ttl?: number } = {}): Promise<TestIssuer> {
  const counts = new Map<string, number>()
  const replies = new Map<string, RequestListener>()
  let handle: RequestListener = () => {}
  let server: Server | undefined
  let port = 0
  const sockets = new Set<Socket>()
  let current: { privateKey: CryptoKey; publicKey: CryptoKey; kid: string }
  let made = 0

  async function up(): Promise<void> {
    server = createServer((request, response) => {
      const path = new URL(request.url!, 'http://x').pathname
      counts.set(path, (counts.get(path) ?? 0) + 1)
      ;(replies.get(path) ?? handle)(request, response)
    })
    server.on('connection', (socket) => {
      sockets.add(socket)
      socket.on('close', () => sockets.delete(socket))
    })
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    port = (server.address() as AddressInfo).port
  }
  async function down(): Promise<void> {
    const closing = server
    server = undefined
    if (closing === undefined) return
    closing.close()
    for (const socket of sockets) socket.destroy()
    await once(closing, 'close')
  }
  async function rotate(): Promise<void> {
    const pair = await generateKeyPair('RS256', { extractable: true })
    current = { ...pair, kid: `key-${++made}` }
    const jwk = { ...(await exportJWK(pair.privateKey)), kid: current.kid, alg: 'RS256', use: 'sig' }
    const client = (id: string, client_secret: string) => ({
      client_id: id,
      client_secret,
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
    })
    // It warns of what is meant for tests.
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    vi.spyOn(console, 'info').mockImplementation(() => {})
    const provider = new Provider(issuer, {
      jwks: { keys: [jwk] },
      clients: [client(CLIENT.id, CLIENT.secret), ...APPS.map((id) => client(id, `${id}-secret`))],
      features: {
        devInteractions: { enabled: false },
        clientCredentials: { enabled: true },
        introspection: { enabled: true, allowedPolicy: () => true },
        resourceIndicators: {
          enabled: true,
          getResourceServerInfo: (_: unknown, resource: string) => ({
            scope: 'ask tell',
            audience: resource === JWT_FOR || resource === OPAQUE_FOR ? 'sallyport' : 'another-service',
            accessTokenTTL: options.ttl ?? 600,
            accessTokenFormat: resource === OPAQUE_FOR ? 'opaque' : 'jwt',
            jwt: { sign: { alg: 'RS256' } },
          }),
        },
      },
      extraTokenClaims: () => ({ org: 'acme', 'https://acme.example/roles': ['agent'] }),
    })
    handle = provider.callback()
  }

  await up()
  const issuer = `http://127.0.0.1:${port}`
  onStop(down)
  await rotate()
  if (options.up === false) await down()

  return {
    issuer,
    asked: (path) => counts.get(path) ?? 0,
    replies,
    rotate,
    up,
    down,
    async token({ client = 'support-bot', resource = JWT_FOR } = {}) {
      const answer = await fetch(`${issuer}/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from(`${client}:${client}-secret`).toString('base64')}` },
        body: new URLSearchParams({ grant_type: 'client_credentials', resource, scope: 'ask' }),
      })
      const body = (await answer.json()) as { access_token?: string }
      if (body.access_token === undefined) throw new Error(JSON.stringify(body))
      return body.access_token
    },
    sign: (claims, { kid = current.kid, alg = 'RS256', key = current.privateKey } = {}) =>
      new SignJWT(claims).setProtectedHeader({ alg, kid }).sign(key),
    publicJwk: () => exportJWK(current.publicKey),
  }
}

/** Claims that are good for the issuer. */
export function claims(issuer: TestIssuer, more: JWTPayload = {}): JWTPayload {
  const now = Math.floor(Date.now() / 1000)
  return {
    iss: issuer.issuer,
    aud: 'sallyport',
    sub: 'support-bot',
    org: 'acme',
    iat: now,
    exp: now + 300,
    ...more,
  }
}
