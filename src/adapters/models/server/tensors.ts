import type { Batch, Reply } from '../protocol.ts'

/**
 * Tensors of the Open Inference Protocol v2, in either of its forms.
 * Source: https://github.com/kserve/open-inference-protocol
 */
export interface Tensor {
  name: string
  datatype: string
  shape: readonly number[]
  data: ArrayLike<number>
}

/** What the models take: which tokens, and which of them are no filling. */
export function inputsOf({ ids, lengths }: Batch): [ids: Tensor, mask: Tensor] {
  const width = ids.length / lengths.length
  const mask = new Int32Array(ids.length)
  for (const [row, length] of lengths.entries()) mask.fill(1, row * width, row * width + length)
  const shape = [lengths.length, width]
  return [
    { name: 'input_ids', datatype: 'INT64', shape, data: ids },
    { name: 'attention_mask', datatype: 'INT64', shape, data: mask },
  ]
}

export const outputsOf = ({ embed }: Batch): string[] => (embed ? ['logits', 'embedding'] : ['logits'])

/** Throws an `Error` for an answer that does not fit what was asked. */
export function replyOf(batch: Batch, tensors: readonly Tensor[]): Exclude<Reply, { failed: string }> {
  const numbers = (name: string): Float32Array => {
    const tensor = tensors.find((each) => each.name === name)
    if (tensor === undefined) throw new Error(`the answer has no "${name}"`)
    const { shape, data } = tensor
    const rows = batch.lengths.length
    if (shape.length !== 2 || shape[0] !== rows || shape[1]! < 1 || data.length !== rows * shape[1]!)
      throw new Error(`the answer's "${name}" is not of ${rows} rows`)
    return Float32Array.from(data)
  }
  return { logits: numbers('logits'), ...(batch.embed && { embedding: numbers('embedding') }) }
}
