import type { SecureContextOptions } from 'node:tls'
import type { Model } from '../manifest.ts'
import type { Batch, Reply } from '../protocol.ts'

/** Where a model server is, and what it calls the two models. */
export interface ServerAddress {
  /** `http:`, `https:`, `grpc:` or `grpcs:`. */
  url: string
  names: Readonly<Record<Model, string>>
  /** Sent as a bearer token, read anew for each call. */
  token?: () => string
  tls?: Pick<SecureContextOptions, 'ca' | 'cert' | 'key'> & { servername?: string }
}

/** Speaks the Open Inference Protocol v2. Everything rejects when `signal` is aborted. */
export interface Client {
  /** Rejects when the server does not say that it has the model. */
  ready(model: Model, signal: AbortSignal): Promise<void>
  infer(batch: Batch, signal: AbortSignal): Promise<Exclude<Reply, { failed: string }>>
  close(): Promise<void>
}

/** What the server did not answer at all, or not now: the same question may be asked again. */
export class Unavailable extends Error {
  override name = 'Unavailable'
}

/** Bytes of an answer: 32 rows of 384 numbers, written out, are a tenth of it. */
export const LONGEST = 4 * 1024 * 1024
