import { readFileSync } from 'node:fs'
import type { RequestListener, ServerOptions } from 'node:http'
import { createServer, type Server } from 'node:https'
import { createSecureContext } from 'node:tls'
import type { TlsFiles } from './types.ts'

const HANDSHAKE_MS = 10_000
/** Looked at and not waited for: an event of a mounted folder that is swapped may never come. */
const LOOK_MS = 2_000

interface Material {
  cert: string
  key: string
  ca?: string
}

/**
 * A server that shows a certificate and, with `ca`, asks callers for theirs. Whose files change serves the new ones to new
 * connections; what cannot be used is told of once, and what was served before stays.
 * @throws Error that names the file
 */
export function tlsServer(
  files: TlsFiles,
  options: ServerOptions,
  listener: RequestListener,
  warn: (message: string, error: unknown) => void,
): { server: Server; stop(): void } {
  const required = files.clients === 'required'
  let served = materialOf(files)
  const server = createServer(
    {
      ...options,
      ...served,
      minVersion: 'TLSv1.2',
      handshakeTimeout: HANDSHAKE_MS,
      requestCert: files.ca !== undefined,
      // Otherwise a certificate that is no good is refused as a credential, with an answer that says so.
      rejectUnauthorized: files.ca !== undefined && required,
    },
    listener,
  )
  let complaint: string | undefined
  const look = () => {
    try {
      const found = materialOf(files)
      complaint = undefined
      if (found.cert === served.cert && found.key === served.key && found.ca === served.ca) return
      server.setSecureContext({ ...found, minVersion: 'TLSv1.2' })
      served = found
    } catch (error) {
      const { message } = error as Error
      if (message !== complaint) warn('changed files of "tls" cannot be used, the last good ones stay', error)
      complaint = message
    }
  }
  const timer = setInterval(look, LOOK_MS).unref()
  return { server, stop: () => clearInterval(timer) }
}

/** Read and tried: a certificate without its key, as when only one of them is new yet, is of no use. */
function materialOf({ cert, key, ca }: TlsFiles): Material {
  const material = { cert: read(cert), key: read(key), ...(ca === undefined ? {} : { ca: read(ca) }) }
  try {
    createSecureContext(material)
  } catch (error) {
    throw new Error(
      `the certificate ${cert} and the key ${key} cannot be used together (${codeOf(error)}): write PEM files that belong together`,
    )
  }
  // What holds no certificate is no error to OpenSSL, and would refuse every caller.
  if (material.ca !== undefined && !material.ca.includes('-----BEGIN CERTIFICATE-----'))
    throw new Error(`the file ${ca} holds no certificate: write the CA of the callers in PEM`)
  return material
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new Error(`the file ${file} cannot be read (${codeOf(error)})`)
  }
}

/** Codes only: a message of OpenSSL may quote what it read. */
function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown reason'
}
