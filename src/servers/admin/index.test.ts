import { connect } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { type AdminOptions, type AdminServer, adminServer, type Readiness } from './index.ts'

const running: AdminServer[] = []
afterEach(async () => {
  for (const server of running.splice(0)) await server.close()
})

async function start(more: Partial<AdminOptions> = {}): Promise<string> {
  const server = await adminServer({
    listen: { port: 0 },
    metrics: {
      text: async (accept) => ({
        type: 'text/plain; version=0.0.4',
        body: accept === 'x' ? 'x 1\n' : 'up 1\n',
      }),
    },
    ready: () => ({ ready: true }),
    warn: () => {},
    ...more,
  })
  running.push(server)
  return `http://${server.address}`
}

test('listens on this machine alone unless told otherwise', async () => {
  expect(await start()).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]/)
  expect(await start({ listen: { host: '0.0.0.0', port: 0 } })).toMatch(/^http:\/\/0\.0\.0\.0:/)
})

test('/healthz answers while the process runs, ready or not', async () => {
  const url = await start({ ready: () => ({ ready: false }) })
  const response = await fetch(`${url}/healthz`)
  expect(response.status).toBe(200)
  expect(await response.text()).toBe('ok\n')
})

test('/readyz follows what it is told, with the reasons', async () => {
  const policy = { version: 'abc', loaded: '2026-01-02T03:04:05.678Z' }
  let state: Readiness = { ready: false }
  const url = await start({ ready: () => state })
  expect((await fetch(`${url}/readyz`)).status).toBe(503)
  state = { ready: true, policy, refused: ['gate.yaml:3:1: unknown field "limts"'] }
  const response = await fetch(`${url}/readyz?verbose`)
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('application/json')
  expect(await response.json()).toEqual(state)
})

test('/metrics gives them in their own type', async () => {
  const response = await fetch(`${await start()}/metrics`)
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4')
  expect(await response.text()).toBe('up 1\n')
  const other = await fetch(`${await start()}/metrics`, { headers: { accept: 'x' } })
  expect(await other.text()).toBe('x 1\n')
})

test('metrics that fail are an error, and the server goes on', async () => {
  const metrics = { text: () => Promise.reject(new Error('secret')) }
  const warned: unknown[] = []
  const url = await start({ metrics, warn: (message, error) => warned.push(message, String(error)) })
  const response = await fetch(`${url}/metrics`)
  expect(response.status).toBe(500)
  expect(await response.text()).not.toContain('secret')
  expect(warned).toEqual(['/metrics failed', 'Error: secret'])
  expect((await fetch(`${url}/healthz`)).status).toBe(200)
})

test.each(['/', '/v1/models', '/healthz/', '/metrics/..'])('%s is not found', async (path) => {
  const url = new URL(await start())
  const answer = await new Promise<string>((resolve) => {
    const socket = connect(Number(url.port), url.hostname, () => {
      socket.end(`GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`)
    })
    let read = ''
    socket.on('data', (piece) => {
      read += piece
    })
    socket.on('close', () => resolve(read))
  })
  expect(answer).toMatch(/^HTTP\/1\.1 404 /)
})

test('takes GET and HEAD only', async () => {
  const url = await start()
  const response = await fetch(`${url}/healthz`, { method: 'POST', body: 'x' })
  expect(response.status).toBe(405)
  expect(response.headers.get('allow')).toBe('GET, HEAD')
  const head = await fetch(`${url}/metrics`, { method: 'HEAD' })
  expect(head.status).toBe(200)
  expect(head.headers.get('content-length')).toBe('5')
  expect(await head.text()).toBe('')
})

test('an address in use is an error', async () => {
  const url = new URL(await start())
  await expect(start({ listen: { port: Number(url.port) } })).rejects.toThrow('EADDRINUSE')
})

test('close ends open connections', async () => {
  const url = new URL(await start())
  const socket = connect(Number(url.port), url.hostname)
  await new Promise((resolve) => socket.on('connect', resolve))
  const closed = new Promise((resolve) => socket.on('close', resolve))
  for (const server of running.splice(0)) await server.close()
  await closed
})
