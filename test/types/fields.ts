import type { Tree } from './walk.ts'

/** `key`: a key of an object that is not the protocol's own. */
export type Leaf =
  | { field: string; is: 'string' | 'key' | 'number' | 'boolean' }
  | { field: string; is: 'literals'; values: readonly string[] }

/**
 * Every string, number and switch that a document of a type may hold, each once, in the order in which the type names
 * them:
 * `messages[](role=user).content[](type=text).text`, `metadata{key}`, `metadata{}`.
 */
export function listFields(tree: Tree): Leaf[] {
  const found = new Map<string, Leaf>()
  const add = (leaf: Leaf): void => {
    const known = found.get(leaf.field)
    if (known?.is === 'literals' && leaf.is === 'literals')
      found.set(leaf.field, { ...leaf, values: [...new Set([...known.values, ...leaf.values])].sort() })
    else if (known === undefined || leaf.is === 'string') found.set(leaf.field, leaf)
  }
  const visit = (at: Tree, field: string): void => {
    switch (at.is) {
      case 'string':
      case 'unknown':
        return add({ field, is: 'string' })
      case 'number':
      case 'boolean':
        return add({ field, is: at.is })
      case 'literals':
        return add({ field, is: 'literals', values: at.values })
      case 'array':
        return visit(at.of, step.item(field))
      case 'tuple':
        for (const [i, of] of at.of.entries()) visit(of, step.item(field, i))
        return
      case 'union':
        for (const { label, tree: variant } of at.of) visit(variant, step.variant(field, label))
        return
      case 'object':
        for (const { name, tree: value } of at.fields) visit(value, step.field(field, name))
        if (at.rest === undefined) return
        add({ field: step.key(field), is: 'key' })
        return visit(at.rest, step.rest(field))
    }
  }
  visit(tree, '')
  return [...found.values()]
}

/** How the path of a field goes on. */
export const step = {
  field: (path: string, name: string): string => (path === '' ? name : `${path}.${name}`),
  item: (path: string, index?: number): string => `${path}[${index ?? ''}]`,
  variant: (path: string, label: string): string => (label === '' ? path : `${path}(${label})`),
  key: (path: string): string => `${path}{key}`,
  rest: (path: string): string => `${path}{}`,
}
