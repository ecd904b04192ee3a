/** Time, so that the inside can be driven by a test. */
export interface Clock {
  /** Milliseconds, monotonic. */
  now(): number
  /** Calls `run` once after `ms`; the returned function cancels it. */
  after(ms: number, run: () => void): () => void
}

/** SHA-256, base64. */
export type Digest = (text: string) => string
/** SHA-256, base64, of the first piece, of the first two joined, and so on. */
export type RunningDigest = (pieces: readonly (string | Uint8Array)[]) => string[]

/** Where a secret is: never the secret itself. */
export type SecretRef = { env: string } | { file: string }

/** What a guard may ask for when it is opened. */
export interface GuardPorts {
  /** Throws when it is not there. */
  secret(ref: SecretRef): string
}
