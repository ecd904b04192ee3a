import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect, createServer } from 'node:tls'
import { expect, test } from 'vitest'
import { authority, type Certified, selfSigned } from './certificates.ts'

/** How the handshake of a client that trusts `ca` ends, and whom the server takes the client for. */
async function shake(server: Certified, ca: string, client?: Certified): Promise<string> {
  const listener = createServer({
    ...server,
    ca,
    requestCert: true,
    rejectUnauthorized: client !== undefined,
  })
  listener.on('tlsClientError', () => undefined)
  listener.on('secureConnection', (socket) => {
    socket.on('error', () => undefined)
    socket.end(String(socket.getPeerCertificate().subject?.CN ?? 'nobody'))
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const { port } = listener.address() as AddressInfo
  const socket = connect({ port, host: '127.0.0.1', ca, ...client })
  const said = await new Promise<string>((resolve) => {
    socket.on('data', (data) => resolve(data.toString()))
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
  })
  socket.destroy()
  listener.close()
  return said
}

test('what an authority issues is trusted by those who trust it, for its hosts and its time', async () => {
  const one = authority()
  const client = one.issue({ name: 'the gate' })
  const server = one.issue({ hosts: ['127.0.0.1'] })
  expect(await shake(server, one.ca, client)).toBe('the gate')
  expect(await shake(server, one.ca)).toBe('nobody')
  expect(await shake(one.below('below').issue({ hosts: ['127.0.0.1'] }), one.ca)).toBe('nobody')
  expect(await shake(server, authority('another').ca)).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE')
  expect(await shake(one.issue({ hosts: ['127.0.0.2'] }), one.ca)).toBe('ERR_TLS_CERT_ALTNAME_INVALID')
  const expired = one.issue({ hosts: ['127.0.0.1'], until: new Date(Date.now() - 1000) })
  expect(await shake(expired, one.ca)).toBe('CERT_HAS_EXPIRED')
  expect(await shake(selfSigned({ hosts: ['127.0.0.1'] }), one.ca)).toBe('DEPTH_ZERO_SELF_SIGNED_CERT')
})

test('names are written as what they are', () => {
  const { cert } = authority('root').issue({
    name: 'ümlaut',
    organization: 'acme',
    hosts: ['models.example', '10.0.0.1', 'fd00::1', 'spiffe://acme.example/gate'],
  })
  const read = new X509Certificate(cert)
  expect(read.subject).toBe('O=acme\nCN=ümlaut')
  expect(read.issuer).toBe('CN=root')
  expect(read.subjectAltName).toBe(
    'DNS:models.example, IP Address:10.0.0.1, IP Address:FD00:0:0:0:0:0:0:1, URI:spiffe://acme.example/gate',
  )
})
