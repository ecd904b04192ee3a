import { NUMBER, scan } from '../core/json/scan.ts'
import type { Problem } from './problem.ts'
import { readYaml } from './yaml.ts'

// Base documents of Rego: what stands under `data` besides the rules.

export type Tree = Record<string, unknown>

const LONG = /^-?[0-9]{16,}$/

/** What a file of JSON or YAML says, read strictly: what two parsers could read differently is refused. */
export function readData(
  file: string,
  source: string,
  yaml: boolean,
): { value: unknown } | { problems: readonly Problem[] } {
  if (!yaml) {
    try {
      const { tape } = scan(source)
      for (let at = 0; at < tape[3]!; at += 4) {
        const literal = tape[at] === NUMBER ? source.slice(tape[at + 1], tape[at + 2]) : ''
        // It would be rounded on its way to the rules, which compare exactly.
        if (LONG.test(literal) && !Number.isSafeInteger(Number(literal)))
          throw new Error(
            `the number ${literal.slice(0, 32)} is too long to be kept exactly: write it as a text`,
          )
      }
      return { value: JSON.parse(source) as unknown }
    } catch (error) {
      return { problems: [{ file, message: `is no good JSON: ${(error as Error).message}` }] }
    }
  }
  const { problems, documents } = readYaml(file, source)
  if (problems.length > 0) return { problems }
  return documents.length > 1
    ? { problems: [{ file, message: 'holds more than one document: write one' }] }
    : { value: documents[0]?.value ?? {} }
}

const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The value as it stands under `data`; undefined where it would be all of it, and is no object. */
export function placed(value: unknown, at: readonly string[]): Tree | undefined {
  const tree = at.reduceRight<unknown>((inner, key) => field(key, inner), value)
  return isTree(tree) ? tree : undefined
}

export const NO_OBJECT = 'must be an object: its fields stand under "data"'

/** @param clash told of each place of which both say something */
export function merge(
  into: Tree,
  from: Tree,
  clash: (path: string) => void,
  path: readonly string[] = [],
): void {
  for (const [key, value] of Object.entries(from)) {
    const known = Object.hasOwn(into, key) ? into[key] : undefined
    if (known === undefined) set(into, key, copied(value))
    else if (isTree(known) && isTree(value)) merge(known, value, clash, [...path, key])
    else clash([...path, key].join('.'))
  }
}

/** Merging must not change what was read. */
function copied(value: unknown): unknown {
  if (!isTree(value)) return value
  const copy: Tree = {}
  merge(copy, value, () => {})
  return copy
}

function field(key: string, value: unknown): Tree {
  const tree: Tree = {}
  set(tree, key, value)
  return tree
}

/** Also where the key is `__proto__`. */
function set(tree: Tree, key: string, value: unknown): void {
  Object.defineProperty(tree, key, { value, enumerable: true, writable: true, configurable: true })
}

/** The places that a tree says something of, each down to what is no object, or down to one of `stops`. */
export function leaves(
  tree: Tree,
  stops: readonly (readonly string[])[],
  at: readonly string[] = [],
): string[][] {
  return Object.entries(tree).flatMap(([key, value]) => {
    const here = [...at, key]
    if (stops.some((stop) => within(here, stop)) || !isTree(value) || Object.keys(value).length === 0)
      return [here]
    return leaves(value, stops, here)
  })
}

/** Whether a place is another, or lies below it. */
export const within = (place: readonly string[], root: readonly string[]): boolean =>
  root.every((step, index) => place[index] === step)
