import ts from 'typescript'
import { exported } from './program.ts'

/** What a document of a type may hold, as far as it can be written as JSON. */
export type Tree =
  | { is: 'string' }
  /** One of these strings and no other. */
  | { is: 'literals'; values: readonly string[] }
  /** With a value that the type allows. */
  | { is: 'number'; value: number }
  | { is: 'boolean'; value: boolean }
  | { is: 'null' }
  | { is: 'unknown' }
  | { is: 'array'; of: Tree }
  | { is: 'tuple'; of: readonly Tree[] }
  /** `rest`: what stands under keys that are nobody's; a record has no other. */
  | { is: 'object'; fields: readonly Field[]; rest?: Tree }
  | { is: 'union'; of: readonly Variant[] }
  /** Nothing that can be written: a function, a stream, a type inside itself more than `DEPTH` times. */
  | { is: 'none' }

export interface Field {
  name: string
  optional: boolean
  tree: Tree
}
/** `label`: what tells it from the other objects of its union; empty where nothing need be told. */
export interface Variant {
  label: string
  tree: Tree
}

/** How often a type is followed into itself. */
const DEPTH = 4

const known = new Map<string, Tree>()

/** The tree of a type that a module exports. */
export function typeTree(module: string, name: string): Tree {
  const key = `${module} ${name}`
  let tree = known.get(key)
  if (tree === undefined) {
    const { checker, type } = exported(module, name)
    tree = treeOf([type], checker, [])
    known.set(key, tree)
  }
  return tree
}

function treeOf(types: readonly ts.Type[], checker: ts.TypeChecker, above: readonly ts.Type[]): Tree {
  const all = [...new Set(types.flatMap((type) => (type.isUnion() ? type.types : [type])))]
  const only = (flags: ts.TypeFlags) => all.filter((type) => type.flags & flags)
  if (all.some((type) => (type as { intrinsicName?: string }).intrinsicName === 'error'))
    throw new Error(`cannot be resolved inside of ${above.map((type) => checker.typeToString(type))}`)
  if (only(ts.TypeFlags.Any | ts.TypeFlags.Unknown | ts.TypeFlags.NonPrimitive).length > 0)
    return { is: 'unknown' }

  const variants: Tree[] = []
  const values = all.filter((type) => type.isStringLiteral()).map((type) => type.value)
  if (all.some(isAnyString)) variants.push({ is: 'string' })
  else if (values.length > 0) variants.push({ is: 'literals', values: values.sort() })
  const numbers = only(ts.TypeFlags.NumberLike | ts.TypeFlags.BigIntLike)
  if (numbers.length > 0) variants.push({ is: 'number', value: leastOf(numbers) })
  const booleans = only(ts.TypeFlags.BooleanLike).map((type) => checker.typeToString(type))
  if (booleans.length > 0) variants.push({ is: 'boolean', value: booleans.some((name) => name !== 'false') })

  const objects = all.filter((type) => isObject(type) && !isAnyString(type))
  const tuples = objects.filter((type) => checker.isTupleType(type))
  for (const tuple of tuples)
    variants.push({
      is: 'tuple',
      of: checker.getTypeArguments(tuple as ts.TypeReference).map((of) => treeOf([of], checker, above)),
    })
  // An array of these or those is read like an array of both.
  const elements = objects
    .filter((type) => checker.isArrayType(type))
    .flatMap((type) => checker.getTypeArguments(type as ts.TypeReference))
  if (elements.length > 0) variants.push({ is: 'array', of: treeOf(elements, checker, above) })

  const others = objects
    .filter((type) => !checker.isArrayType(type) && !checker.isTupleType(type))
    .sort((a, b) => declared(a).localeCompare(declared(b)))
    .map((type) => ({ type, tree: objectOf(type, checker, above) }))
    .filter(({ tree }) => tree.is !== 'none')
  const labels = labelsOf(others)
  const union = [
    ...variants.map((tree) => ({ label: '', tree })),
    ...others.map(({ tree }, i) => ({ label: labels[i]!, tree })),
  ]
  if (union.length === 0) return { is: only(ts.TypeFlags.Null).length > 0 ? 'null' : 'none' }
  return union.length === 1 ? union[0]!.tree : { is: 'union', of: union }
}

function objectOf(type: ts.Type, checker: ts.TypeChecker, above: readonly ts.Type[]): Tree {
  const callable = type.isClass() || type.getCallSignatures().length > 0
  if (callable || above.filter((each) => each === type).length >= DEPTH) return { is: 'none' }
  const within = [...above, type]
  const fields: Field[] = []
  for (const symbol of checker.getPropertiesOfType(type)) {
    const documentation = ts.displayPartsToString(symbol.getDocumentationComment(checker))
    if (/^(Header|Query|Path) param:/.test(documentation)) continue
    const tree = treeOf([checker.getTypeOfSymbol(symbol)], checker, within)
    const optional = (symbol.flags & ts.SymbolFlags.Optional) !== 0
    if (tree.is === 'none' && optional) continue
    if (tree.is === 'none') return tree
    fields.push({ name: symbol.name, optional, tree })
  }
  const index = checker.getIndexInfosOfType(type)[0]
  // `{}` takes anything.
  if (index === undefined && fields.length === 0) return { is: 'unknown' }
  const rest = index && treeOf([index.type], checker, within)
  return { is: 'object', fields, ...(rest && { rest }) }
}

const isObject = (type: ts.Type): boolean =>
  (type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) !== 0

/** `string`, a template, or `string & {}`, which editors show with its known values. */
function isAnyString(type: ts.Type): boolean {
  if (type.isIntersection()) return type.types.some(isAnyString)
  return (type.flags & ts.TypeFlags.StringLike) !== 0 && !type.isStringLiteral()
}

function leastOf(numbers: readonly ts.Type[]): number {
  return numbers.every((type) => type.isNumberLiteral()) ? Math.min(...numbers.map((type) => type.value)) : 1
}

/** Where a type stands in its source: the order of a union's members is the compiler's own affair. */
function declared(type: ts.Type): string {
  const at = (type.aliasSymbol ?? type.symbol)?.declarations?.[0]
  return at === undefined ? '' : `${at.getSourceFile().fileName} ${String(at.pos).padStart(9, '0')}`
}

function labelsOf(objects: readonly { type: ts.Type; tree: Tree }[]): string[] {
  if (objects.length < 2) return objects.map(() => '')
  const first = objects.map(({ type, tree }) => constant(tree) ?? nameOf(type))
  const twice = (labels: string[]) =>
    labels.map((label) => labels.indexOf(label) !== labels.lastIndexOf(label))
  const same = twice(first)
  const named = first.map((label, i) => {
    const name = nameOf(objects[i]!.type)
    return same[i] && name !== label ? `${label} ${name}` : label
  })
  const still = twice(named)
  return named.map((label, i) =>
    still[i] ? `${label} #${named.slice(0, i + 1).filter((l) => l === label).length}` : label,
  )
}

const nameOf = (type: ts.Type): string => (type.aliasSymbol ?? type.symbol)?.name ?? '?'

/** The field by which readers tell the variants: `type=text`. */
function constant(tree: Tree): string | undefined {
  if (tree.is !== 'object') return undefined
  const rank = (name: string) => ['type', 'role', 'object'].indexOf(name) + 1 || 9
  const [first] = tree.fields
    .filter((field) => field.tree.is === 'literals' && field.tree.values.length === 1)
    .sort((a, b) => rank(a.name) - rank(b.name))
  return first?.tree.is === 'literals' ? `${first.name}=${first.tree.values[0]}` : undefined
}
