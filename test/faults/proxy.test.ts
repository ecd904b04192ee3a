import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import { createServer as createSecure } from 'node:https'
import { type AddressInfo, connect, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { cancellation } from '../../src/core/cancellation.ts'
import { GateError } from '../../src/core/errors.ts'
import { httpUpstream } from '../../src/upstreams/http/index.ts'
import { proxies } from '../../src/upstreams/http/proxy.ts'
import type { UpstreamCall } from '../../src/upstreams/types.ts'
import { authority } from '../certificates.ts'
import { says } from '../e2e/chat.ts'
import { document, folder, onStop, post, startGate, stopAll, until } from '../gate.ts'
import { TEXT } from './server.ts'

const SECRET = 'p%40ssword'
const ours = authority('ours')
const HOST = 'models.internal'

let log: string
beforeEach(() => {
  log = ''
  vi.spyOn(process.stderr, 'write').mockImplementation((line) => {
    log += String(line)
    return true
  })
})
afterEach(async () => {
  vi.restoreAllMocks()
  await stopAll()
})

async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => undefined)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onStop(async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

/** A proxy that opens tunnels to `port`, whatever host they are asked for, and says whom it was asked for. */
async function startProxy(
  port: number,
  refuse?: (socket: Socket, request: IncomingMessage) => unknown,
): Promise<{ port: number; asked: IncomingMessage[]; readonly open: number }> {
  const asked: IncomingMessage[] = []
  const open = new Set<Socket>()
  const server = createServer((_, response) => response.writeHead(400).end())
  server.on('connect', (request: IncomingMessage, near: Socket, head: Buffer) => {
    asked.push(request)
    near.on('error', () => near.destroy())
    if (refuse !== undefined) return refuse(near, request)
    const far = connect(port, '127.0.0.1', () => {
      near.write('HTTP/1.1 200 Connection Established\r\nvia: test\r\n\r\n')
      far.write(head)
      near.pipe(far).pipe(near)
    })
    open.add(far)
    far.on('error', () => near.destroy())
    far.on('close', () => {
      open.delete(far)
      near.destroy()
    })
    near.on('close', () => far.destroy())
  })
  return {
    asked,
    get open() {
      return open.size
    },
    port: await listen(server),
  }
}

const answers: RequestListener = (request, response) => {
  let body = ''
  request.on('data', (piece) => {
    body += String(piece)
  })
  request.on('end', () => {
    if (body.includes('"stream":true')) {
      response.setHeader('content-type', 'text/event-stream')
      response.write(': begun\n\n')
      return
    }
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(says(false, { text: [TEXT] }).json))
  })
}

async function startModels(): Promise<number> {
  return listen(createSecure(ours.issue({ hosts: [HOST, '127.0.0.1'] }), answers))
}

async function gateWith(env: Record<string, string>, baseUrl = `https://${HOST}/v1`) {
  const ca = join(await folder(), 'ca.pem')
  await writeFile(ca, ours.ca)
  const tls = baseUrl.startsWith('https') ? { tls: { ca } } : {}
  return startGate({
    documents:
      document('Upstream', 'model', {
        protocol: 'openai',
        baseUrl,
        ...tls,
        timeouts: { connect: '1s', firstByte: '3s' },
      }) + document('Boundary', 'all', { upstreams: [{ name: 'model' }], retries: { attempts: 0 } }),
    env,
  })
}

const ask = (gate: Awaited<ReturnType<typeof gateWith>>) =>
  post(gate, '/v1/chat/completions', { model: 'm', messages: [{ role: 'user', content: 'Hi' }] })

describe('through a proxy', () => {
  test('goes what is verified behind it, with the name and password of its address', async () => {
    const proxy = await startProxy(await startModels())
    const gate = await gateWith({ HTTPS_PROXY: `http://me:${SECRET}@127.0.0.1:${proxy.port}` })
    for (let calls = 0; calls < 3; calls++) expect((await ask(gate)).status).toBe(200)
    // One tunnel, used again.
    expect(proxy.asked.map(({ url, headers }) => [url, headers.host])).toEqual([
      [`${HOST}:443`, `${HOST}:443`],
    ])
    const given = proxy.asked[0]?.headers['proxy-authorization'] ?? ''
    expect(Buffer.from(given.slice(6), 'base64').toString()).toBe(`me:${decodeURIComponent(SECRET)}`)
    expect(JSON.stringify(proxy.asked[0]?.headers)).not.toContain('sk-')
  })

  test('that speaks TLS itself', async () => {
    const own = ours.issue({ hosts: ['127.0.0.1'] })
    const models = await startModels()
    const secure = createSecure(own)
    secure.on('connect', (_: IncomingMessage, near: Socket) => {
      const far = connect(models, '127.0.0.1', () => {
        near.write('HTTP/1.1 200 OK\r\n\r\n')
        near.pipe(far).pipe(near)
      })
      onStop(async () => far.destroy())
      near.on('error', () => far.destroy())
      far.on('error', () => near.destroy())
    })
    const port = await listen(secure)
    // Its authority is none of those that come with Node.
    const gate = await gateWith({ HTTPS_PROXY: `https://127.0.0.1:${port}` })
    expect(JSON.parse((await ask(gate)).text).error.code).toBe('upstream.unavailable')
    expect(log).toMatch(/the proxy cannot be used: unable to verify/)
  })

  test('goes http too, by HTTP_PROXY', async () => {
    const proxy = await startProxy(await listen(createServer(answers)))
    const gate = await gateWith({ http_proxy: `http://127.0.0.1:${proxy.port}` }, `http://${HOST}:8000/v1`)
    expect((await ask(gate)).status).toBe(200)
    expect(proxy.asked.map(({ url }) => url)).toEqual([`${HOST}:8000`])
  })

  test('a server that is another than it should be is not called', async () => {
    const other = authority('another').issue({ hosts: [HOST] })
    const proxy = await startProxy(await listen(createSecure(other, answers)))
    const gate = await gateWith({ HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` })
    expect(JSON.parse((await ask(gate)).text).error.code).toBe('upstream.unavailable')
    expect(log).toContain('UNABLE_TO_VERIFY_LEAF_SIGNATURE')
    await until(() => proxy.open === 0)
  })

  test.each<[string, (socket: Socket) => unknown, RegExp]>([
    [
      'refuses',
      (near) => near.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n'),
      /the proxy answers 407/,
    ],
    [
      'fails',
      (near) => near.end('HTTP/1.1 502 Bad Gateway\r\ncontent-length: 3\r\n\r\nsk-'),
      /the proxy answers 502/,
    ],
    ['hangs up', (near) => near.destroy(), /the proxy cannot be used/],
    ['is none', (near) => near.end('SSH-2.0-OpenSSH_9.6\r\n'), /the proxy cannot be used: Parse Error/],
    [
      'says more than it should',
      (near) => near.write('HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n'),
      /says more than/,
    ],
  ])('that %s: the model is not available, at once and after one try', async (_, refuse, why) => {
    const proxy = await startProxy(0, refuse)
    const gate = await gateWith({ HTTPS_PROXY: `http://me:${SECRET}@127.0.0.1:${proxy.port}` })
    const answer = await ask(gate)
    expect(JSON.parse(answer.text).error).toMatchObject({
      code: 'upstream.unavailable',
      message: 'The model is not available.',
    })
    expect(proxy.asked).toHaveLength(1)
    expect(log).toMatch(why)
    const [record] = await gate.records(1)
    const all = log + answer.text + JSON.stringify(record)
    for (const secret of [
      SECRET,
      decodeURIComponent(SECRET),
      Buffer.from(`me:${decodeURIComponent(SECRET)}`).toString('base64'),
    ])
      expect(all).not.toContain(secret)
  })

  test.each<[string, (socket: Socket) => unknown]>([
    ['says nothing', () => undefined],
    ['opens a tunnel in which nobody speaks', (near) => near.write('HTTP/1.1 200 OK\r\n\r\n')],
    [
      'answers a byte at a time',
      (near) => {
        let left = 'HTTP/1.1 200 OK\r\nx: '.padEnd(500, 'x')
        const timer = setInterval(() => {
          near.write(left.slice(0, 1))
          left = left.slice(1)
        }, 50)
        near.on('close', () => clearInterval(timer))
      },
    ],
  ])('that %s: `connect` is over, and the connection closed', async (_, stall) => {
    const sockets: Socket[] = []
    const proxy = await startProxy(0, (near) => {
      sockets.push(near)
      near.resume()
      return stall(near)
    })
    const gate = await gateWith({ HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` })
    expect(JSON.parse((await ask(gate)).text).error.code).toBe('upstream.timeout')
    // What was written to a connection that is closed already ends it with an error, not with its end.
    await until(() => sockets.length === 1 && (sockets[0]!.readableEnded || sockets[0]!.destroyed))
  })

  test('giving up closes the tunnel, before and within the answer', async () => {
    const proxy = await startProxy(await startModels())
    const ca = join(await folder(), 'ca.pem')
    await writeFile(ca, ours.ca)
    const upstream = httpUpstream(
      {
        name: 'model',
        protocol: 'openai',
        baseUrl: `https://${HOST}/v1`,
        auth: { header: 'authorization' },
        tls: { ca },
        timeouts: { connect: 1000, firstByte: 5000, idle: 5000, total: 9000 },
      },
      {
        secret: () => '',
        warn: () => undefined,
        proxies: proxies({ HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` }),
      },
    )
    const call = (signal: UpstreamCall['signal']): UpstreamCall => ({
      path: '/chat/completions',
      headers: {},
      body: '{"stream":true}',
      signal,
      stream: true,
    })
    const gone = new Error('gone')
    const first = cancellation()
    const answer = await upstream.send(call(first.signal))
    const reader = answer.body[Symbol.asyncIterator]()
    await reader.next()
    const next = expect(reader.next()).rejects.toBe(gone)
    first.abort(gone)
    await next
    await until(() => proxy.open === 0)
    expect(proxy.asked).toHaveLength(1)

    const second = cancellation()
    const sent = expect(upstream.send(call(second.signal))).rejects.toBe(gone)
    second.abort(gone)
    await sent
    await upstream.close()
    await expect(upstream.send(call(cancellation().signal))).rejects.toBeInstanceOf(GateError)
    await until(() => proxy.open === 0)
  })

  test('never goes what is on this machine, or in NO_PROXY', async () => {
    const models = await startModels()
    const proxy = await startProxy(models)
    const env = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` }
    expect((await ask(await gateWith(env, `https://127.0.0.1:${models}/v1`))).status).toBe(200)
    const direct = await gateWith({ ...env, NO_PROXY: HOST })
    expect((await ask(direct)).status).toBe(502)
    expect(proxy.asked).toEqual([])
  })
})

describe('which proxy', () => {
  const env = { HTTPS_PROXY: 'http://secure.example:3128', HTTP_PROXY: 'http://plain.example' }
  const host = (of: Record<string, string>, url: string) => proxies(of)(new URL(url))?.host

  test('by the scheme of the address; small letters go first, and one that is empty is none', () => {
    expect(host(env, 'https://a.example')).toBe('secure.example')
    expect(host(env, 'http://a.example')).toBe('plain.example')
    expect(host({ HTTP_PROXY: 'http://plain.example' }, 'https://a.example')).toBeUndefined()
    expect(host({ ...env, https_proxy: 'http://small.example' }, 'https://a.example')).toBe('small.example')
    expect(host({ HTTPS_PROXY: '' }, 'https://a.example')).toBeUndefined()
    expect(proxies(env)(new URL('http://a.example'))).toEqual({
      secure: false,
      host: 'plain.example',
      port: 80,
    })
  })

  test.each([
    'https://localhost/v1',
    'https://api.localhost',
    'https://127.0.0.1:1',
    'https://127.9.9.9',
    'https://[::1]:8000',
    'https://2130706433',
  ])('none to %s', (url) => expect(host(env, url)).toBeUndefined())

  test.each<[string, string, boolean]>([
    ['*', 'https://a.example', true],
    ['a.example', 'https://a.example', true],
    ['a.example', 'https://A.EXAMPLE', true],
    ['a.example', 'https://b.a.example', true],
    ['a.example', 'https://ba.example', false],
    ['.a.example', 'https://b.a.example', true],
    ['*.a.example', 'https://b.a.example', true],
    ['b.example, a.example', 'https://a.example', true],
    ['b.example a.example', 'https://a.example', true],
    ['a.example:8443', 'https://a.example:8443', true],
    ['a.example:443', 'https://a.example', true],
    ['a.example:8443', 'https://a.example', false],
    ['10.0.0.0/8', 'https://10.1.2.3', true],
    ['10.0.0.0/8', 'https://11.1.2.3', false],
    ['10.0.0.0/99', 'https://10.1.2.3', false],
    ['10.1.2.3', 'https://10.1.2.3:8000', true],
    ['1.2.3', 'https://10.1.2.3', false],
    ['fd00::/8', 'https://[fd00::1]', true],
    ['fd00::1', 'https://[fd00::1]', true],
    ['[fd00::1]:8000', 'https://[fd00::1]:8000', true],
    ['[fd00::1]:8000', 'https://[fd00::1]', false],
    ['', 'https://a.example', false],
    [',,', 'https://a.example', false],
  ])('NO_PROXY=%s, %s: direct is %s', (list, url, direct) => {
    expect(host({ ...env, NO_PROXY: list }, url) === undefined).toBe(direct)
  })

  test.each(['nonsense', 'socks5://me:hidden@a.example', 'http://me:hid%den@a.example'])(
    'an address that is none stops the start, and is not shown: %s',
    (value) => {
      expect(() => proxies({ HTTPS_PROXY: value })).toThrow(/environment variable HTTPS_PROXY/)
      expect(() => proxies({ HTTPS_PROXY: value })).not.toThrow(/hid|nonsense/)
    },
  )
})
