import { z } from 'zod'
import { GateError } from '../../core/errors.ts'
import { givenUnit } from '../../core/given.ts'
import { scan } from '../../core/json/scan.ts'
import { openSession } from '../../core/session.ts'
import type { Span } from '../../core/types.ts'
import { admit } from './admission.ts'
import { readBody } from './body.ts'
import { beginExchange, type Call, enter, identified, sendJson } from './call.ts'
import { converter, UNITS } from './units.ts'

const MAX_PARTS = 10_000
const requestSchema = z.strictObject({
  boundary: z.string().max(256),
  stage: z.enum(['input', 'context', 'output', 'tool']),
  parts: z
    .array(
      z.strictObject({
        path: z.string().max(1024),
        origin: z.enum(['system', 'user', 'retrieved', 'tool', 'model']),
        kind: z.enum(['text', 'document', 'tool_call']).default('text'),
        text: z.string(),
      }),
    )
    .max(MAX_PARTS),
})

/** `POST /v1/inspect`: what a boundary makes of given parts, without a model. 200 whatever the verdict. */
export async function serveInspect(call: Call): Promise<void> {
  const { request, serving } = call
  const caller = await identified(call)
  await enter(call)
  const { text, bytes } = await readBody(request, serving.limits)
  call.bytes.requestIn = bytes
  scan(text)
  const { boundary: name, stage, parts } = parse(text)
  const convert = converter(new URLSearchParams(call.search).get('units') ?? 'utf16')
  if (convert === undefined)
    throw new GateError('request.invalid', {
      detail: `units must be one of ${UNITS.join(', ')}.`,
      param: 'units',
    })
  const boundary = serving.boundaryNamed(name, caller)
  call.boundary = boundary
  const exchange = beginExchange(call, caller, boundary)
  const admitted = admit(call, exchange)
  if (admitted !== undefined) await admitted
  const session = openSession(exchange, { direction: { stage }, stream: false })
  parts.forEach(({ path, origin, kind, text: said }, id) => {
    if (said.length > serving.limits.partCharacters) throw new GateError('body.too_large', { param: path })
    const nested = kind === 'tool_call'
    session.push(givenUnit({ id, origin, kind, ...(nested ? { nested } : { answer: true }) }, said))
  })
  const release = await session.end()
  const offsets = new Map<number, number[]>()
  for (const { places } of exchange.findings)
    for (const { path, span } of places) {
      const index = Number.parseInt(path, 10)
      const known = offsets.get(index)
      if (known === undefined) offsets.set(index, [...span])
      else known.push(...span)
    }
  const said = new Map([...offsets].map(([index, of]) => [index, convert(parts[index]!.text, of)]))
  const findings = exchange.findings.flatMap(({ guard, code, reason, score, action, places }) =>
    places.map(({ path, span }) => {
      // Parts are told apart by their position: callers may use one path twice.
      const index = Number.parseInt(path, 10)
      const within = path.slice(String(index).length)
      const { path: named, kind } = parts[index]!
      const units = said.get(index)!
      const at: Span = kind === 'tool_call' ? span : [units.get(span[0])!, units.get(span[1])!]
      return { guard, code, reason, score, path: named + within, span: at, action }
    }),
  )
  // The record speaks of the caller's paths as well.
  for (const [i, finding] of exchange.findings.entries())
    exchange.findings[i] = {
      ...finding,
      places: finding.places.map((place) => ({
        ...place,
        path: parts[Number.parseInt(place.path, 10)]!.path,
      })),
    }
  const edited =
    release.block !== undefined
      ? {}
      : { parts: parts.map(({ path }, i) => ({ path, text: release.units[i]!.text })) }
  sendJson(call, 200, JSON.stringify({ exchange: call.id, verdict: exchange.verdict, findings, ...edited }))
}

function parse(text: string): z.output<typeof requestSchema> {
  const parsed = requestSchema.safeParse(JSON.parse(text))
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  throw new GateError('request.invalid', {
    detail: `${issue.path.join('.') || 'The body'}: ${issue.message}`,
    param: issue.path.join('.'),
  })
}
