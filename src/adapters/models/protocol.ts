import type { Model } from './manifest.ts'

/** What a worker is started with. */
export interface WorkerData {
  /** The ONNX file of each model. */
  files: Readonly<Record<Model, string>>
  /** Tokens of a full window, and how many such windows the largest batch has. */
  warmUp: { length: number; rows: Readonly<Record<Model, number>> }
}

/** One run of a model: `rows` lists of tokens of the same length, one after the other, short ones filled up with 0. */
export interface Batch {
  model: Model
  ids: Int32Array
  lengths: readonly number[]
  /** Whether the vectors are wanted as well. */
  embed: boolean
}

/** Of each row in order; or why there is nothing. */
export type Reply = { logits: Float32Array; embedding?: Float32Array } | { failed: string }
/** The first message of a worker: it has run both models, whose large one gives vectors of so many numbers. */
export interface Warm {
  dimensions: number
}
