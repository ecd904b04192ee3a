import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'

type Value = string | number | boolean | undefined

/** A span as it arrived. Times are in nanoseconds since 1970. */
export interface ReceivedSpan {
  name: string
  trace: string
  span: string
  parent: string
  kind: number
  start: bigint
  end: bigint
  attributes: Record<string, Value>
  events: { name: string; attributes: Record<string, Value> }[]
  /** 0 unset, 1 ok, 2 error. */
  status: number
  resource: Record<string, Value>
}

export interface Collector {
  url: string
  spans: ReceivedSpan[]
  posts: { path: string; headers: IncomingHttpHeaders; body: Buffer }[]
  /** What it answers. */
  status: number | 'never'
  close(): Promise<void>
}

/** Receives OTLP over HTTP as a collector does, both as protobuf and as JSON. */
export async function startCollector(): Promise<Collector> {
  const server = createServer((request, response) => {
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => pieces.push(piece))
    request.on('end', () => {
      const sent = Buffer.concat(pieces)
      const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent
      collector.posts.push({ path: request.url ?? '', headers: request.headers, body })
      if (collector.status === 'never') return
      const json = request.headers['content-type'] === 'application/json'
      if (collector.status === 200) collector.spans.push(...(json ? fromJson(body) : fromProtobuf(body)))
      response.writeHead(collector.status, { 'content-type': request.headers['content-type'] })
      response.end(json ? '{}' : undefined)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const collector: Collector = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans: [],
    posts: [],
    status: 200,
    async close() {
      server.closeAllConnections()
      await once(server.close(), 'close')
    },
  }
  return collector
}

// Field numbers: opentelemetry-proto 1.x, collector/trace/v1, trace/v1, resource/v1 and common/v1. Written apart from what
// the gate sends with, so that the two can disagree.

type Fields = Map<number, (bigint | Buffer)[]>

/** Source: Protocol Buffers, "Encoding". */
function fieldsOf(bytes: Buffer): Fields {
  const fields: Fields = new Map()
  let at = 0
  const varint = () => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++]
      if (byte === undefined) throw new Error('cut off')
      value |= BigInt(byte & 127) << shift
      if (byte < 128) return value
    }
  }
  while (at < bytes.length) {
    const key = Number(varint())
    let value: bigint | Buffer
    switch (key & 7) {
      case 0:
        value = varint()
        break
      case 1:
        value = bytes.readBigUInt64LE(at)
        at += 8
        break
      case 2: {
        const length = Number(varint())
        if (at + length > bytes.length) throw new Error('cut off')
        value = bytes.subarray(at, at + length)
        at += length
        break
      }
      case 5:
        value = BigInt(bytes.readUInt32LE(at))
        at += 4
        break
      default:
        throw new Error(`wire type ${key & 7}`)
    }
    const known = fields.get(key >> 3)
    if (known === undefined) fields.set(key >> 3, [value])
    else known.push(value)
  }
  return fields
}

const all = (fields: Fields, number: number) => (fields.get(number) ?? []) as Buffer[]
const one = (fields: Fields, number: number) => all(fields, number)[0] ?? Buffer.alloc(0)
const whole = (fields: Fields, number: number) => (fields.get(number)?.[0] ?? 0n) as bigint

function anyValue(bytes: Buffer): Value {
  const fields = fieldsOf(bytes)
  if (fields.has(1)) return one(fields, 1).toString()
  if (fields.has(2)) return whole(fields, 2) === 1n
  if (fields.has(3)) return Number(BigInt.asIntN(64, whole(fields, 3)))
  if (!fields.has(4)) return undefined
  const double = Buffer.alloc(8)
  double.writeBigUInt64LE(whole(fields, 4))
  return double.readDoubleLE()
}

const attributesOf = (fields: Fields, number: number): Record<string, Value> =>
  Object.fromEntries(
    all(fields, number).map((bytes) => {
      const pair = fieldsOf(bytes)
      return [one(pair, 1).toString(), anyValue(one(pair, 2))]
    }),
  )

function fromProtobuf(body: Buffer): ReceivedSpan[] {
  return all(fieldsOf(body), 1).flatMap((resourceSpans) => {
    const fields = fieldsOf(resourceSpans)
    const resource = attributesOf(fieldsOf(one(fields, 1)), 1)
    return all(fields, 2).flatMap((scopeSpans) =>
      all(fieldsOf(scopeSpans), 2).map((bytes): ReceivedSpan => {
        const span = fieldsOf(bytes)
        return {
          trace: one(span, 1).toString('hex'),
          span: one(span, 2).toString('hex'),
          parent: one(span, 4).toString('hex'),
          name: one(span, 5).toString(),
          kind: Number(whole(span, 6)),
          start: whole(span, 7),
          end: whole(span, 8),
          attributes: attributesOf(span, 9),
          events: all(span, 11).map((event) => ({
            name: one(fieldsOf(event), 2).toString(),
            attributes: attributesOf(fieldsOf(event), 3),
          })),
          status: Number(whole(fieldsOf(one(span, 15)), 3)),
          resource,
        }
      }),
    )
  })
}

interface JsonPair {
  key: string
  value: { stringValue?: string; intValue?: number | string; boolValue?: boolean; doubleValue?: number }
}
const jsonAttributes = (pairs: readonly JsonPair[] = []): Record<string, Value> =>
  Object.fromEntries(
    pairs.map(({ key, value: { stringValue, intValue, boolValue, doubleValue } }) => [
      key,
      stringValue ?? boolValue ?? doubleValue ?? Number(intValue),
    ]),
  )

function fromJson(body: Buffer): ReceivedSpan[] {
  const { resourceSpans } = JSON.parse(body.toString())
  // biome-ignore lint/suspicious/noExplicitAny: what came over the wire
  return resourceSpans.flatMap(({ resource, scopeSpans }: any) =>
    // biome-ignore lint/suspicious/noExplicitAny: what came over the wire
    scopeSpans.flatMap(({ spans }: any) =>
      spans.map(
        // biome-ignore lint/suspicious/noExplicitAny: what came over the wire
        (span: any): ReceivedSpan => ({
          trace: span.traceId,
          span: span.spanId,
          parent: span.parentSpanId ?? '',
          name: span.name,
          kind: span.kind,
          start: BigInt(span.startTimeUnixNano),
          end: BigInt(span.endTimeUnixNano),
          attributes: jsonAttributes(span.attributes),
          // biome-ignore lint/suspicious/noExplicitAny: what came over the wire
          events: (span.events ?? []).map((event: any) => ({
            name: event.name,
            attributes: jsonAttributes(event.attributes),
          })),
          status: span.status?.code ?? 0,
          resource: jsonAttributes(resource.attributes),
        }),
      ),
    ),
  )
}
