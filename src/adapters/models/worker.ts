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

async function run({ model, ids, lengths, embed }: Batch): Promise<Exclude<Reply, { failed: string }>> {
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
port.on('message', (batch: Batch) => {
  run(batch).then(
    (reply: Reply) => port.postMessage(reply),
    (error: unknown) => port.postMessage({ failed: error instanceof Error ? error.message : 'failed' }),
  )
})
