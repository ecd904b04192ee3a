import { request as overHttp, type RequestOptions } from 'node:http'
import { request as overHttps } from 'node:https'
import { BlockList, isIP, type Socket } from 'node:net'
import { buildConnector } from 'undici'

type Connector = buildConnector.connector

/** A proxy that opens tunnels (RFC 9110, section 9.3.6). */
export interface HttpProxy {
  secure: boolean
  host: string
  port: number
  /** The value of `proxy-authorization`. */
  authorization?: string
}

/** Which proxy leads to an address, if one does. */
export type Proxies = (url: URL) => HttpProxy | undefined

const MAX_HEADER_BYTES = 8192

/**
 * As the variables `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` say, in small letters too, which go first. This machine
 * itself is never reached through one.
 * @throws Error that names the variable, never its value, which may hold a password.
 */
export function proxies(env: Readonly<Record<string, string | undefined>>): Proxies {
  const of = (name: string): HttpProxy | undefined => {
    const low = env[name.toLowerCase()]
    const value = low === undefined || low === '' ? env[name] : low
    return value === undefined || value === '' ? undefined : proxyOf(name, value)
  }
  const https = of('HTTPS_PROXY')
  const http = of('HTTP_PROXY')
  const direct = exceptions(env.no_proxy || env.NO_PROXY || '')
  return (url) => {
    const proxy = url.protocol === 'https:' ? https : http
    return proxy === undefined || isLoopback(hostOf(url)) || direct(url) ? undefined : proxy
  }
}

function proxyOf(name: string, value: string): HttpProxy {
  const url = URL.canParse(value) ? new URL(value) : undefined
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw new Error(`the environment variable ${name} must be an http: or https: address of a proxy`)
  const secure = url.protocol === 'https:'
  const proxy: HttpProxy = { secure, host: hostOf(url), port: Number(url.port || (secure ? 443 : 80)) }
  if (url.username === '' && url.password === '') return proxy
  try {
    const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
    return { ...proxy, authorization: `Basic ${Buffer.from(pair).toString('base64')}` }
  } catch {
    throw new Error(
      `the environment variable ${name} holds a name or password that is not encoded as in an address`,
    )
  }
}

/** Without the brackets of IPv6. */
function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '').toLowerCase()
}

function isLoopback(host: string): boolean {
  return (
    host === 'localhost' || host.endsWith('.localhost') || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host)
  )
}

/** `*`, or hosts with all below them (`.` or `*.` before one says the same), addresses and networks, with a port or not. */
function exceptions(list: string): (url: URL) => boolean {
  const entries = list
    .split(/[,\s]+/)
    .filter((entry) => entry !== '')
    .map((entry) => {
      const [, bare = '', port] =
        /^(.*?)(?::(\d{1,5}))?$/.exec(isIP(entry) === 6 ? `[${entry}]` : entry) ?? []
      return {
        host: bare
          .replace(/^\[|\]$/g, '')
          .replace(/^\*?\./, '')
          .toLowerCase(),
        port,
        ...network(bare),
      }
    })
  return (url) => {
    const host = hostOf(url)
    const port = url.port || (url.protocol === 'https:' ? '443' : '80')
    const family = isIP(host)
    return entries.some((entry) => {
      if (entry.host === '*') return true
      if (entry.port !== undefined && entry.port !== port) return false
      if (entry.nets !== undefined)
        return family !== 0 && entry.nets.check(host, family === 4 ? 'ipv4' : 'ipv6')
      return host === entry.host || (family === 0 && host.endsWith(`.${entry.host}`))
    })
  }
}

/** `10.0.0.0/8`, as a list of one. */
function network(entry: string): { nets?: BlockList } {
  const [, address = '', bits] = /^([0-9a-f.:]+)\/(\d{1,3})$/i.exec(entry) ?? []
  const family = isIP(address)
  if (family === 0 || Number(bits) > (family === 4 ? 32 : 128)) return {}
  const nets = new BlockList()
  nets.addSubnet(address, Number(bits), family === 4 ? 'ipv4' : 'ipv6')
  return { nets }
}

/**
 * Connects through a proxy: one deadline of `timeout` milliseconds for the way to it, its answer and the handshake
 * behind it. undici's own `ProxyAgent` is not used: it waits for the proxy's answer without that deadline, and asks a
 * proxy that hangs up again and again.
 */
export function tunnel(proxy: HttpProxy, tls: buildConnector.BuildOptions, timeout: number): Connector {
  const inside = buildConnector({ ...tls, timeout })
  return (options, callback) => {
    const secure = options.protocol === 'https:'
    const host = options.hostname.includes(':') ? `[${options.hostname}]` : options.hostname
    const target = `${host}:${options.port || (secure ? 443 : 80)}`
    let over = false
    let socket: Socket | undefined
    const end = (error: Error | null, connected?: Socket) => {
      if (over) return connected?.destroy()
      over = true
      clearTimeout(late)
      if (error === null) return callback(null, connected as never)
      asked.destroy()
      socket?.destroy()
      callback(error, null)
    }
    const refused = (message: string) => end(Object.assign(new Error(message), { code: 'PROXY' }))
    const late = setTimeout(
      () => end(Object.assign(new Error('the proxy took too long'), { code: 'UND_ERR_CONNECT_TIMEOUT' })),
      timeout,
    )
    const asking: RequestOptions & { rejectUnauthorized: true } = {
      host: proxy.host,
      port: proxy.port,
      method: 'CONNECT',
      path: target,
      headers: {
        host: target,
        ...(proxy.authorization === undefined ? {} : { 'proxy-authorization': proxy.authorization }),
      },
      agent: false,
      maxHeaderSize: MAX_HEADER_BYTES,
      rejectUnauthorized: true,
    }
    const asked = (proxy.secure ? overHttps : overHttp)(asking)
    asked.on('connect', ({ statusCode }, opened: Socket, early: Buffer) => {
      socket = opened
      opened.on('error', () => undefined)
      if (over) return opened.destroy()
      if (statusCode !== 200) return refused(`the proxy answers ${statusCode}`)
      // Nobody but the proxy can have said it: behind it, this side speaks first.
      if (early.length > 0) return refused('the proxy says more than that the tunnel stands')
      if (!secure) return end(null, opened.setNoDelay(true).setKeepAlive(true, 60_000))
      inside({ ...options, httpSocket: opened }, (error, ...[connected]) =>
        error === null ? end(null, connected as unknown as Socket) : end(error),
      )
    })
    asked.on('error', (error) =>
      end(Object.assign(new Error(`the proxy cannot be used: ${error.message}`), { code: 'PROXY' })),
    )
    asked.end()
  }
}
