import { z } from 'zod'
import { contentOf, NO_CONTENT } from '../../core/content.ts'
import { GateError } from '../../core/errors.ts'
import { givenUnit } from '../../core/given.ts'
import { scan } from '../../core/json/scan.ts'
import { openSession } from '../../core/session.ts'
import type { Span, Unit } from '../../core/types.ts'
import { admit } from './admission.ts'
import { readBody } from './body.ts'
import { beginExchange, type Call, enter, identified, sendJson } from './call.ts'
import { checkedParts } from './checked.ts'
import { converter, UNITS } from './units.ts'

const MAX_PARTS = 10_000
const requestSchema = z.strictObject({
  boundary: z.string().max(256),
  stage: z.enum(['input', 'context', 'policy', 'output', 'tool']),
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
  for (const { path, text: said } of parts)
    if (said.length > serving.limits.partCharacters) throw new GateError('body.too_large', { param: path })
  const texts = parts.map(({ text: said }) => said)
  const units = () => parts.map((part, id) => unitOf(part, id, texts[id]!, part.path))
  const isAnswer = stage === 'output' || stage === 'tool'
  /** Checkpoints name parts by their paths. What is about no part is about the call. */
  const place = (from: number): void => {
    const paths = pathsOf(parts)
    for (let i = from; i < exchange.findings.length; i++) {
      const finding = exchange.findings[i]!
      const places = finding.places.flatMap(({ path, span }) => {
        const index = paths.indexOf(path)
        return index < 0 ? [] : [{ path: String(index), span }]
      })
      exchange.findings[i] = { ...finding, places }
    }
  }
  const admitted = admit(call, exchange, undefined, () => (isAnswer ? NO_CONTENT : contentOf(units(), false)))
  if (admitted !== undefined) await admitted
  place(0)

  /** Lets the checkpoints of the stage see the parts. @returns whether they let them pass */
  const check = async (early: boolean): Promise<boolean> => {
    // Those of `admit` may have changed something too.
    if (exchange.checks.checkpoints === undefined) return true
    const before = exchange.findings.length
    const passed = await checkedParts(call, exchange, stage, early, units())
    place(before)
    if (passed === undefined) return false
    passed.forEach((said, i) => {
      texts[i] = said
    })
    return true
  }
  /** Lets the guards of the stage see those parts. @returns whether they let them pass */
  const judge = async (which: readonly number[]): Promise<boolean> => {
    if (stage === 'policy') return true
    const session = openSession(exchange, { direction: { stage }, stream: false })
    for (const id of which) session.push(unitOf(parts[id]!, id, texts[id]!))
    const release = await session.end()
    if (release.block !== undefined) return false
    which.forEach((id, i) => {
      texts[id] = release.units[i]!.text
    })
    return true
  }
  let passes = (await check(true)) && (await judge(texts.map((_, i) => i)))
  if (passes) {
    const before = [...texts]
    passes =
      (await check(false)) && (await judge(texts.flatMap((said, i) => (said === before[i] ? [] : [i]))))
  }
  const offsets = new Map<number, number[]>()
  for (const { places } of exchange.findings)
    for (const { path, span } of places) {
      const index = Number.parseInt(path, 10)
      const known = offsets.get(index)
      if (known === undefined) offsets.set(index, [...span])
      else known.push(...span)
    }
  const said = new Map([...offsets].map(([index, of]) => [index, convert(parts[index]!.text, of)]))
  const findings = exchange.findings.flatMap(({ guard, code, reason, score, action, places, shadow }) => {
    const told = { guard, code, reason, score, action, ...(shadow && { shadow }) }
    // Of the call as a whole, and of no text.
    if (places.length === 0) return [{ ...told, path: '', span: [0, 0] as Span }]
    return places.map(({ path, span }) => {
      // Parts are told apart by their position: callers may use one path twice.
      const index = Number.parseInt(path, 10)
      const within = path.slice(String(index).length)
      const { path: named, kind } = parts[index]!
      const units = said.get(index)!
      const at: Span = kind === 'tool_call' ? span : [units.get(span[0])!, units.get(span[1])!]
      return { ...told, path: named + within, span: at }
    })
  })
  // The record speaks of the caller's paths as well.
  for (const [i, finding] of exchange.findings.entries())
    exchange.findings[i] = {
      ...finding,
      places: finding.places.map((place) => ({
        ...place,
        path: parts[Number.parseInt(place.path, 10)]!.path,
      })),
    }
  const edited = passes ? { parts: parts.map(({ path }, i) => ({ path, text: texts[i]! })) } : {}
  sendJson(call, 200, JSON.stringify({ exchange: call.id, verdict: exchange.verdict, findings, ...edited }))
}

type Given = z.output<typeof requestSchema>['parts'][number]

/** The paths by which checkpoints know the parts: those that share one are numbered. */
function pathsOf(parts: readonly Given[]): string[] {
  const times = new Map<string, number>()
  return parts.map(({ path }) => {
    const time = (times.get(path) ?? 0) + 1
    times.set(path, time)
    return time === 1 ? path : `${path}#${time}`
  })
}

/** @param path by which it is told of; its number among the parts unless given */
function unitOf({ origin, kind }: Given, id: number, text: string, path?: string): Unit {
  return givenUnit(
    { id, origin, kind, ...(kind === 'tool_call' ? { nested: true } : { answer: true }) },
    text,
    path,
  )
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
