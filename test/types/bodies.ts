import { step } from './fields.ts'
import type { Tree } from './walk.ts'

/** A string, number or switch of a body, and the field of its type that it stands for. */
export interface Filled {
  field: string
  is: 'string' | 'key' | 'literal' | 'number' | 'boolean'
  /** Where it stands in the value. */
  at: readonly (string | number)[]
  /** Where it stands in the text, quotes excluded. */
  span: readonly [start: number, end: number]
  /** The marker, which stands nowhere else in the body; or what stands there itself. */
  value: string
}
export interface Body {
  text: string
  filled: readonly Filled[]
}
export interface Filling {
  marker(index: number): string
  /** For fields that match: the string in which a marker stands there, such as JSON. */
  special?: Readonly<Record<string, (marker: string) => string>>
}

/** Looks like nothing but text. */
export const spoken = (index: number): string => `mark ${index} end`
/** Looks like an identifier. */
export const idLike = (index: number): string => `mark_${index}_end`

/**
 * Bodies in which every value that the type names stands at least once: the first of each object has all of its
 * fields; each further variant of a field stands in one that has, besides, only what must be there.
 */
export function bodies(tree: Tree, filling: Filling): Body[] {
  return cover(tree, '').map((draft) => written(draft, filling))
}

type Draft =
  | { is: 'string'; field: string }
  | { is: 'literal'; field: string; value: string }
  | { is: 'number' | 'boolean'; field: string; value: number | boolean }
  | { is: 'null' }
  | { is: 'list'; items: readonly Draft[] }
  | { is: 'object'; entries: readonly Entry[] }
/** `field` in place of `name`: the key is a marker. */
type Entry = { value: Draft } & ({ name: string } | { field: string })

/** The ways to fill a tree that all of its values need; none where it cannot be written. */
function cover(tree: Tree, field: string): Draft[] {
  switch (tree.is) {
    case 'literals':
      return tree.values.map((value) => ({ is: 'literal', field, value }))
    case 'array': {
      const items = cover(tree.of, step.item(field))
      return items.length > 0
        ? items.map((item) => ({ is: 'list', items: [item] }))
        : [{ is: 'list', items: [] }]
    }
    case 'tuple':
      return combined(
        tree.of.map((of, i) => ({
          all: cover(of, step.item(field, i)),
          one: least(of, step.item(field, i)),
        })),
      ).map((items) => ({ is: 'list', items: items.filter((item) => item !== undefined) }))
    case 'union':
      return tree.of.flatMap(({ label, tree: of }) => cover(of, step.variant(field, label)))
    case 'object': {
      const slots = tree.fields.map(({ name, optional, tree: of }) => {
        const at = step.field(field, name)
        return { all: cover(of, at), one: optional ? undefined : least(of, at), name, optional }
      })
      if (slots.some(({ all, optional }) => all.length === 0 && !optional)) return []
      const rest = tree.rest === undefined ? [] : cover(tree.rest, step.rest(field))
      return combined([...slots, { all: rest, one: undefined }]).map((values) => ({
        is: 'object',
        entries: values.flatMap((value, i): Entry[] => {
          if (value === undefined) return []
          const name = slots[i]?.name
          return [name === undefined ? { field: step.key(field), value } : { name, value }]
        }),
      }))
    }
    default: {
      const one = least(tree, field)
      return one === undefined ? [] : [one]
    }
  }
}

/** All of the first, then each of the others beside the least of everything else: a sum, and not a product. */
function combined(
  slots: readonly { all: readonly Draft[]; one: Draft | undefined }[],
): (Draft | undefined)[][] {
  const base = slots.map(({ one }) => one)
  const further = slots.flatMap(({ all }, i) => all.slice(1).map((draft) => base.with(i, draft)))
  return [slots.map(({ all }) => all[0]), ...further]
}

/** The least that may stand there. */
function least(tree: Tree, field: string): Draft | undefined {
  switch (tree.is) {
    case 'string':
    case 'unknown':
      return { is: 'string', field }
    case 'literals':
      return { is: 'literal', field, value: tree.values[0]! }
    case 'number':
    case 'boolean':
      return { is: tree.is, field, value: tree.value }
    case 'null':
      return { is: 'null' }
    case 'array':
      return { is: 'list', items: [] }
    case 'tuple': {
      const items = tree.of.flatMap((of, i) => least(of, step.item(field, i)) ?? [])
      return items.length === tree.of.length ? { is: 'list', items } : undefined
    }
    case 'union':
      for (const { label, tree: of } of tree.of) {
        const draft = least(of, step.variant(field, label))
        if (draft !== undefined) return draft
      }
      return undefined
    case 'object': {
      const entries: Entry[] = []
      for (const { name, optional, tree: of } of tree.fields) {
        if (optional) continue
        const value = least(of, step.field(field, name))
        if (value === undefined) return undefined
        entries.push({ name, value })
      }
      return { is: 'object', entries }
    }
    case 'none':
      return undefined
  }
}

function written(draft: Draft, { marker, special = {} }: Filling): Body {
  const wraps = Object.entries(special).map(([pattern, wrap]) => ({ pattern: new RegExp(pattern), wrap }))
  const filled: Filled[] = []
  let text = ''
  let count = 0

  function put(says: string | number | boolean, of: Omit<Filled, 'span'>): void {
    const literal = JSON.stringify(says)
    const quote = typeof says === 'string' ? 1 : 0
    filled.push({ ...of, span: [text.length + quote, text.length + literal.length - quote] })
    text += literal
  }

  function visit(at: Draft, path: readonly (string | number)[]): void {
    switch (at.is) {
      case 'string': {
        const value = marker(++count)
        const wrap = wraps.find(({ pattern }) => pattern.test(at.field))?.wrap
        return put(wrap === undefined ? value : wrap(value), {
          field: at.field,
          is: 'string',
          at: path,
          value,
        })
      }
      case 'literal':
      case 'number':
      case 'boolean':
        return put(at.value, { field: at.field, is: at.is, at: path, value: String(at.value) })
      case 'null':
        text += 'null'
        return
      case 'list':
        text += '['
        for (const [i, item] of at.items.entries()) {
          if (i > 0) text += ','
          visit(item, [...path, i])
        }
        text += ']'
        return
      case 'object':
        text += '{'
        for (const [i, entry] of at.entries.entries()) {
          if (i > 0) text += ','
          const key = 'name' in entry ? entry.name : marker(++count)
          const below = [...path, key]
          if ('name' in entry) text += JSON.stringify(key)
          else put(key, { field: entry.field, is: 'key', at: below, value: key })
          text += ':'
          visit(entry.value, below)
        }
        text += '}'
    }
  }

  visit(draft, [])
  return { text, filled }
}
