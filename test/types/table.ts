import { GateError } from '../../src/core/errors.ts'
import type { Unit } from '../../src/core/types.ts'
import type { Protocol } from '../../src/protocols/types.ts'
import { type Body, bodies, idLike, spoken } from './bodies.ts'
import { classify } from './classify.ts'
import { listFields } from './fields.ts'
import { DIRECTIONS, type Direction, type Spec } from './specs.ts'
import { typeTree } from './walk.ts'

export interface Row {
  direction: Direction
  /** `reasoning_effort="max"` for a value that the shape does not know. */
  field: string
  /** Several, joined by ` | `, where it depends on a neighbour's value. */
  takenFor: string
}

/** What a protocol's codec takes every field of its SDK's types for, in the order in which the types name them. */
export function classification(spec: Spec): Row[] {
  return DIRECTIONS.flatMap((direction) => {
    const found = new Map<string, Set<string>>()
    for (const { field } of spec.documents[direction]?.types.flatMap((name) => fieldsOf(spec, name)) ?? [])
      found.set(field, new Set())
    const values = new Map<string, string[]>()
    for (const { field, value, takenFor } of taken(spec, direction)) {
      // A new value is a row of its own below its field.
      if (value === undefined) found.get(field)?.add(takenFor)
      else values.set(field, [...new Set([...(values.get(field) ?? []), value])])
    }
    return [...found].flatMap(([field, as]): Row[] => [
      ...(as.size > 0 ? [{ direction, field, takenFor: [...as].sort().join(' | ') }] : []),
      ...(values.get(field) ?? []).map((value) => ({
        direction,
        field: `${field}="${value}"`,
        takenFor: 'unknown',
      })),
    ])
  })
}

/** One row a line. */
export function shown(rows: readonly Row[]): string {
  const width = Math.max(0, ...rows.map(({ takenFor }) => takenFor.length))
  return rows
    .map(({ direction, field, takenFor }) => `${direction.padEnd(8)} ${takenFor.padEnd(width)} ${field}`)
    .join('\n')
}

/** How a protocol reads one document; undefined for one that says that the provider failed. */
export function read(protocol: Protocol, direction: Direction, text: string): Unit | undefined {
  if (direction === 'request') return protocol.request(text).unit
  const answer = protocol.answer({ withoutRepeats: true })
  if (direction === 'body') return answer.body(text)
  try {
    return answer.push(new TextEncoder().encode(`data: ${text}\n\n`))[0]
  } catch (error) {
    if (error instanceof GateError && error.code === 'upstream.unavailable') return undefined
    throw error
  }
}

/** Bodies of every type of a direction. */
export function bodiesOf(spec: Spec, direction: Direction, marker: (index: number) => string): Body[] {
  const { special = {} } = spec
  return (spec.documents[direction]?.types ?? []).flatMap((name) =>
    bodies(typeTree(spec.module, name), { marker, special }),
  )
}

const fieldsOf = ({ module, notOnWire = {} }: Spec, name: string) => {
  const apart = Object.keys(notOnWire).map((pattern) => new RegExp(pattern))
  return listFields(typeTree(module, name)).filter(({ field }) => !apart.some((each) => each.test(field)))
}

const EXEMPT: ReadonlySet<string> = new Set(['id', 'base64', 'lost'])

/** What each value of each body was taken for; `value` where it is one that the shape does not know. */
function* taken(
  spec: Spec,
  direction: Direction,
): Generator<{ field: string; value?: string; takenFor: string }> {
  const { shape } = spec.documents[direction] ?? {}
  if (shape === undefined) return
  const look = (body: Body) => {
    const unit = read(spec.protocol, direction, body.text)
    return unit === undefined
      ? body.filled.map((filled) => ({ filled, takenFor: 'failure' }))
      : classify(body, unit, shape)
  }
  const named = bodiesOf(spec, direction, idLike)
  for (const [i, body] of bodiesOf(spec, direction, spoken).entries()) {
    const again = look(named[i]!)
    for (const [k, { filled, takenFor }] of look(body).entries()) {
      const { field, is, value } = filled
      const other = again[k]!.takenFor
      // Inspected as text, but for what looks like an identifier; whichever way it is lost, it is lost.
      const said = takenFor !== 'lost' && EXEMPT.has(other) ? other : takenFor
      yield is === 'literal' && said === 'unknown'
        ? { field, value, takenFor: said }
        : { field, takenFor: said }
    }
  }
}
