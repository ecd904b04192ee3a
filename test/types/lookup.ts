import { meaning } from '../../src/protocols/wire/names.ts'
import type { Shape } from '../../src/protocols/wire/shape.ts'

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }
export type At = readonly (string | number)[]

/**
 * What a shape says of a place in a value: the shape of the leaf, or of what is around it and is not read by its
 * fields (`any`, `media`, `repeat`). Undefined when nobody has decided what stands there: a key that an object does not
 * name, a variant that a case does not, a form that does not fit.
 */
export function lookup(shape: Shape, value: Json, at: At): Shape | undefined {
  const [next, ...rest] = at
  switch (shape.is) {
    case 'media':
      return shape.of === undefined ? shape : lookup(shape.of, value, at)
    case 'any':
    case 'repeat':
    case 'withheld':
    case 'failure':
    case 'numbers':
    case 'base64':
      return shape
    case 'offset':
      return at.length === 0 && typeof value === 'number' ? shape : undefined
    case 'nested':
      return typeof value === 'string' ? (at.length === 0 ? shape : undefined) : shape
    case 'text':
    case 'id':
    case 'enum':
      return at.length === 0 && typeof value === 'string' ? shape : undefined
    case 'number':
    case 'boolean':
      return at.length === 0 && typeof value === shape.is ? shape : undefined
    case 'part':
    case 'named':
    case 'scope':
    case 'end':
      return lookup(shape.of, value, at)
    case 'forms': {
      if (shape.numbers !== undefined && isNumbers(value)) return lookup(shape.numbers, value, at)
      const type = Array.isArray(value) ? 'array' : typeof value
      const form = type === 'boolean' ? undefined : shape[type as 'string' | 'array' | 'object' | 'number']
      return form && lookup(form, value, at)
    }
    case 'at':
    case 'cites':
    case 'citation':
    case 'whole':
    case 'grows':
    case 'complete':
      return lookup(shape.of, value, at)
    case 'case': {
      const says = isObject(value) ? value[shape.field] : undefined
      const known = typeof says === 'string' ? meaning(shape.cases, says) : undefined
      if (known !== undefined) return lookup(known, value, at)
      // What is left when no case fits is a decision only where it says more than that all is text.
      return shape.otherwise.is === 'any' ? undefined : lookup(shape.otherwise, value, at)
    }
    case 'array':
      return Array.isArray(value) && typeof next === 'number'
        ? lookup(shape.of, value[next]!, rest)
        : undefined
    case 'map':
      if (next === undefined) return shape
      if (!isObject(value) || typeof next !== 'string') return undefined
      // A key whose value is no leaf.
      if (rest.length === 0 && typeof value[next] === 'object') return shape
      return lookup(shape.of, value[next]!, rest)
    case 'object': {
      const field = isObject(value) && typeof next === 'string' ? meaning(shape.fields, next) : undefined
      return field && lookup(field.shape, (value as { [key: string]: Json })[next!]!, rest)
    }
  }
}

const isNumbers = (value: Json): boolean =>
  Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'number')

const isObject = (value: Json): value is { [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
