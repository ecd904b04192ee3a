/** A thread that runs the models, one batch after the other. Started by `threads.ts`. */
import { parentPort, workerData } from 'node:worker_threads'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import type { Batch, Reply, Warm, WorkerData } from './protocol.ts'

const port = parentPort!
const { files, warmUp } = workerData as WorkerData

const open = (file: string): Promise<InferenceSession> =>
  InferenceSession.create(file, {
    executionProviders: ['cpu'],
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  })
const sessions = { fast: await open(files.fast), encoder: await open(files.encoder) }

type Rows = Exclude<Reply, { failed: string }>

/**
 * The large model reads one window at a time: its numbers are 8 bits wide and scaled by all that is in a run, so what a
 * window scores would depend on whose texts it shares the run with, by up to 0.1. It is no quicker with more, either.
 */
async function run(batch: Batch): Promise<Rows> {
  if (batch.model === 'fast') return runOnce(batch)
  const { lengths, ids } = batch
  const each: Rows[] = []
  for (const [row, length] of lengths.entries()) {
    const at = (row * ids.length) / lengths.length
    each.push(await runOnce({ ...batch, ids: ids.subarray(at, at + length), lengths: [length] }))
  }
  const joined = (rows: readonly Float32Array[]) => Float32Array.from(rows.flatMap((row) => [...row]))
  return {
    logits: joined(each.map(({ logits }) => logits)),
    ...(batch.embed && { embedding: joined(each.map(({ embedding }) => embedding!)) }),
  }
}

async function runOnce({ model, ids, lengths, embed }: Batch): Promise<Rows> {
  const rows = lengths.length
  const length = ids.length / rows
  const tokens = new BigInt64Array(ids.length)
  const mask = new BigInt64Array(ids.length)
  for (let row = 0; row < rows; row++)
    for (let i = 0; i < lengths[row]!; i++) {
      tokens[row * length + i] = BigInt(ids[row * length + i]!)
      mask[row * length + i] = 1n
    }
  const wanted = model === 'encoder' && embed ? ['logits', 'embedding'] : ['logits']
  const { logits, embedding } = await sessions[model].run(
    {
      input_ids: new Tensor('int64', tokens, [rows, length]),
      attention_mask: new Tensor('int64', mask, [rows, length]),
    },
    wanted,
  )
  return {
    logits: logits!.data as Float32Array,
    ...(embedding !== undefined && { embedding: embedding.data as Float32Array }),
  }
}

/** The first run of each shape is the slow one; the largest takes the memory that will ever be needed. */
async function warm(): Promise<Warm> {
  let dimensions = 0
  for (const model of ['fast', 'encoder'] as const)
    for (const [rows, length] of [
      [1, Math.ceil(warmUp.length / 4)],
      [1, warmUp.length],
      [warmUp.rows[model], warmUp.length],
    ] as const) {
      const ids = new Int32Array(rows * length).fill(1)
      const lengths = new Array<number>(rows).fill(length)
      const { embedding } = await run({ model, ids, lengths, embed: true })
      if (embedding !== undefined) dimensions = embedding.length / rows
    }
  return { dimensions }
}

port.postMessage(await warm())
port.on('message', (batch: Batch | 'stop') => {
  if (batch === 'stop') return port.close()
  run(batch).then(
    (reply: Reply) => port.postMessage(reply),
    (error: unknown) => port.postMessage({ failed: error instanceof Error ? error.message : 'failed' }),
  )
})
