import { nestedTexts } from '../../src/core/nested.ts'
import type { Part, Unit } from '../../src/core/types.ts'
import { meaning } from '../../src/protocols/wire/names.ts'
import type { Shape } from '../../src/protocols/wire/shape.ts'
import type { Body, Filled } from './bodies.ts'
import { type Json, lookup } from './lookup.ts'

/**
 * What a codec took a value for: `text(user)`, `tool_call(model)`, `nested(model)`; `media(image)`; `repeat` when it is
 * taken out; `withheld` when something else stands there; `failure` when the provider failed, which is all that is told;
 * `id`, `enum` or `base64` when it goes uninspected because it looks like one; `number`, `boolean`, and `any` for those
 * where anything may stand; `unknown` when it is read as text because nobody has said what it is; `lost` when it is
 * nowhere.
 */
export type TakenFor = string

/** What a codec took each value of a body for. */
export function classify(body: Body, unit: Unit, shape: Shape): { filled: Filled; takenFor: TakenFor }[] {
  const value = JSON.parse(body.text) as Json
  // An event has its framing around it.
  const from = unit.text.indexOf(body.text)
  if (from < 0) throw new Error('the unit is of another body')
  return body.filled.map((filled) => {
    const span = [from + filled.span[0], from + filled.span[1]] as const
    const leaf = lookup(shape, value, filled.at)
    if (filled.is === 'key') {
      const map = lookup(shape, value, filled.at.slice(0, -1))
      if (map?.is === 'map' && map.keys.test(filled.value)) return { filled, takenFor: 'id' }
    }
    return { filled, takenFor: written(filled, span, leaf, unit) ?? unwritten(filled, span, leaf, unit) }
  })
}

type Spot = readonly [start: number, end: number]
const covers = (outer: Spot, inner: Spot): boolean => outer[0] <= inner[0] && outer[1] >= inner[1]

function written(filled: Filled, span: Spot, leaf: Shape | undefined, unit: Unit): TakenFor | undefined {
  const write = unit.writes.find(({ literal }) => covers(literal, span))
  if (write === undefined) return undefined
  const part = unit.opens.find(({ id }) => id === write.part)
  if (part === undefined || !write.value.includes(filled.value)) return 'lost'
  // A value that the type has and the shape's enumeration has not is as new as a field.
  if (leaf === undefined || (leaf.is === 'enum' && filled.is === 'literal')) return 'unknown'
  if (part.nested === true && nestedTexts(write.value).every(({ value }) => value !== filled.value))
    return 'lost'
  return `${kindOf(part)}(${part.origin})`
}

const kindOf = ({ nested, kind }: Part): string => (nested === true ? 'nested' : kind)

function unwritten(filled: Filled, span: Spot, leaf: Shape | undefined, unit: Unit): TakenFor {
  if (unit.splices.some((splice) => covers(splice.span, span)))
    return leaf?.is === 'withheld' ? 'withheld' : 'repeat'
  if (leaf?.is === 'media') {
    const { medium } = leaf
    const found = unit.opens.some(
      (part) => (part.kind === 'media' || part.kind === 'opaque') && part.medium === medium,
    )
    return found ? `media(${medium})` : 'lost'
  }
  // Short numbers and switches say nothing: there is nothing of them to lose.
  if (filled.is === 'number' || filled.is === 'boolean') return leaf === undefined ? 'unknown' : leaf.is
  if (leaf?.is === 'base64' && /^[A-Za-z0-9+/_=-]*$/.test(filled.value)) return 'base64'
  if (leaf?.is === 'id' && /^[A-Za-z0-9_.:-]{1,128}$/.test(filled.value)) return 'id'
  if (leaf?.is === 'enum' && meaning(leaf.values, filled.value)) return 'enum'
  return 'lost'
}
