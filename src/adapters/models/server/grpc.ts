import { Client as Channel, credentials, Metadata, type MethodDefinition, status } from '@grpc/grpc-js'
import { fromJSON } from '@grpc/proto-loader'
import type { Model } from '../manifest.ts'
import { type Client, LONGEST, type ServerAddress, Unavailable } from './client.ts'
import { inputsOf, outputsOf, replyOf, type Tensor } from './tensors.ts'

const field = (type: string, id: number) => ({ type, id })
const repeated = (type: string, id: number) => ({ rule: 'repeated', type, id })

/**
 * The fields that we use of `inference.GRPCInferenceService`.
 * Source: https://github.com/kserve/open-inference-protocol, open_inference_grpc.proto
 */
const PROTOCOL = {
  nested: {
    inference: {
      nested: {
        GRPCInferenceService: {
          methods: {
            ModelReady: { requestType: 'ModelReadyRequest', responseType: 'ModelReadyResponse' },
            ModelInfer: { requestType: 'ModelInferRequest', responseType: 'ModelInferResponse' },
          },
        },
        ModelReadyRequest: { fields: { name: field('string', 1) } },
        ModelReadyResponse: { fields: { ready: field('bool', 1) } },
        Contents: { fields: { int64: repeated('int64', 3), fp32: repeated('float', 6) } },
        Tensor: {
          fields: {
            name: field('string', 1),
            datatype: field('string', 2),
            shape: repeated('int64', 3),
            contents: field('Contents', 5),
          },
        },
        Requested: { fields: { name: field('string', 1) } },
        ModelInferRequest: {
          fields: {
            modelName: field('string', 1),
            inputs: repeated('Tensor', 5),
            outputs: repeated('Requested', 6),
          },
        },
        ModelInferResponse: { fields: { outputs: repeated('Tensor', 5), raw: repeated('bytes', 6) } },
      },
    },
  },
}

interface Answer {
  outputs: { name: string; datatype: string; shape: number[]; contents: { fp32: number[] } | null }[]
  /** Instead of `contents`, an entry for each output: little-endian. */
  raw: Buffer[]
}

type Service = Record<'ModelReady' | 'ModelInfer', MethodDefinition<object, object>>

/** What says that the same question may be answered another time. */
const TRANSIENT = new Set([status.UNAVAILABLE, status.RESOURCE_EXHAUSTED, status.ABORTED, status.INTERNAL])

export function grpcClient({ url, names, token, tls }: ServerAddress): Client {
  const { protocol, host } = new URL(url)
  const described = PROTOCOL as unknown as Parameters<typeof fromJSON>[0]
  const service = fromJSON(described, { longs: Number, defaults: true, keepCase: true })[
    'inference.GRPCInferenceService'
  ] as unknown as Service
  const buffer = (pem: unknown): Buffer | null => (pem === undefined ? null : Buffer.from(String(pem)))
  const channel = new Channel(
    host,
    protocol === 'grpcs:'
      ? credentials.createSsl(buffer(tls?.ca), buffer(tls?.key), buffer(tls?.cert))
      : credentials.createInsecure(),
    {
      'grpc.max_receive_message_length': LONGEST,
      'grpc.enable_retries': 0,
      ...(tls?.servername && { 'grpc.ssl_target_name_override': tls.servername }),
    },
  )

  function call<T>(method: keyof Service, message: object, signal: AbortSignal): Promise<T> {
    const { path, requestSerialize, responseDeserialize } = service[method]
    const metadata = new Metadata()
    if (token !== undefined) metadata.set('authorization', `Bearer ${token()}`)
    return new Promise<T>((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason)
      const sent = channel.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        message,
        metadata,
        (error, value) => {
          signal.removeEventListener('abort', cancel)
          if (signal.aborted) return reject(signal.reason)
          if (error === null) return resolve(value as T)
          // Never its details: they may name what should not leave.
          const told = `the model server answered ${status[error.code] ?? error.code}`
          reject(TRANSIENT.has(error.code) ? new Unavailable(told) : new Error(told))
        },
      )
      const cancel = () => sent.cancel()
      signal.addEventListener('abort', cancel, { once: true })
    })
  }

  return {
    async ready(model: Model, signal) {
      const { ready } = await call<{ ready: boolean }>('ModelReady', { name: names[model] }, signal)
      if (!ready) throw new Unavailable(`the model server is not ready for "${names[model]}"`)
    },
    async infer(batch, signal) {
      const inputs = inputsOf(batch).map(({ data, ...tensor }) => ({
        ...tensor,
        contents: { int64: Array.from(data) },
      }))
      const outputs = outputsOf(batch).map((name) => ({ name }))
      const message = { modelName: names[batch.model], inputs, outputs }
      return replyOf(batch, tensorsOf(await call<Answer>('ModelInfer', message, signal)))
    },
    async close() {
      channel.close()
    },
  }
}

function tensorsOf({ outputs, raw }: Answer): Tensor[] {
  return outputs.map(({ contents, ...tensor }, i) => {
    if (tensor.datatype !== 'FP32') throw new Error('the model server did not answer with FP32')
    const bytes = raw[i]
    if (bytes === undefined) return { ...tensor, data: contents?.fp32 ?? [] }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const data = new Float32Array(bytes.byteLength >> 2)
    for (let at = 0; at < data.length; at++) data[at] = view.getFloat32(at * 4, true)
    return { ...tensor, data }
  })
}
