import type { Signal } from '../core/cancellation.ts'
import type { SecretRef } from '../core/ports.ts'

/** One call to a model, as the gate lets it pass. */
export interface UpstreamCall {
  /** Below the upstream's base URL: `/chat/completions`. Never a caller's own text. */
  path: string
  /** By which the upstream knows the model, for one whose address says it. */
  model?: string
  /** All that is forwarded besides the gate's own credentials, which are added here; names in lower case. */
  headers: Record<string, string>
  body: Uint8Array | string
  /** Aborting ends the call at once; whoever awaits it or its body gets `signal.reason`. */
  signal: Signal
  stream: boolean
  /** Milliseconds that the call has left, where earlier tries took some of `total`. */
  left?: number
}

/**
 * The bytes of an answer. Whoever stops reading stops the upstream: no more than 128 KiB wait here.
 * Iterating throws `GateError`: `upstream.unavailable` when the answer breaks off, `upstream.timeout`.
 */
export interface UpstreamBody extends AsyncIterable<Uint8Array> {
  /** All of it, instead of iterating. Rejects as iterating throws, and with `upstream.invalid` past `limit` bytes. */
  whole(limit: number): Promise<Uint8Array>
  /** Gives up on the rest of the answer. Does nothing once it has ended. */
  destroy(): void
}

export interface UpstreamAnswer {
  status: number
  /** As received, names in lower case: may name the provider's account. */
  headers: Record<string, string | string[]>
  body: UpstreamBody
}

/** A model endpoint, with the only copy of its key. */
export interface Upstream {
  name: string
  protocol: HttpSpec['protocol'] | 'loopback'
  /** Milliseconds from the call to the answer's last byte, further tries included. */
  total: number
  /** It has a key besides the one that it refused with `upstream.auth`: the next call shows that. */
  spareKey?: true
  /** Ids of the models that it says it has; none when it cannot be asked. */
  models(): Promise<string[]>
  /**
   * @throws GateError `upstream.unavailable`, `upstream.timeout`, `upstream.auth` (status 401 and 403),
   *   `upstream.invalid`; no message names the host. The signal's reason when it was aborted.
   */
  send(call: UpstreamCall): Promise<UpstreamAnswer>
  /** Releases its connections when the calls that are under way have ended. */
  close(): Promise<void>
}

/** Milliseconds. */
export interface Timeouts {
  /** Until a connection stands. */
  connect: number
  /** From the call to the answer's headers, waiting for a connection included. */
  firstByte: number
  /** Between two pieces of the answer, while somebody reads. */
  idle: number
  /** From the call to the answer's last byte. */
  total: number
}

/** Files, PEM, by their paths. `cert` and `key` only together. */
export interface TlsFiles {
  /** Authorities that are trusted, in place of those that come with Node. */
  ca?: string
  /** What the gate shows of itself. */
  cert?: string
  key?: string
  /** The name in the server's certificate, where it is not that of the address. */
  serverName?: string
}

/** What `http/` needs of an `Upstream` document. */
export interface HttpSpec {
  name: string
  /** Whose HTTP API it speaks. */
  protocol: 'openai' | 'anthropic'
  /** `http:` or `https:`, without credentials, query or fragment; `{model}` stands for the model's name. */
  baseUrl: string
  /** None: no credentials are sent. Of several files, the first whose key is not refused. */
  key?: SecretRef | { files: readonly string[] }
  /** The header that carries the key, and what stands before it, such as `Bearer`. */
  auth: { header: string; scheme?: string }
  /** Added to every call: `api-version` and the like. */
  query?: Readonly<Record<string, string>>
  tls?: TlsFiles
  timeouts: Timeouts
}

/** What `loopback/` needs of an `Upstream` document. */
export interface LoopbackSpec {
  name: string
  /** Milliseconds between two events of a streamed answer. */
  pace?: number
  /** What it answers, whatever it is asked; asked for with every call. */
  says?(): Said | undefined
}

/** An answer that was thought out before. */
export interface Said {
  text: string
  /** Tools that it calls. `arguments`: JSON. */
  calls: readonly { name: string; arguments: string }[]
}
