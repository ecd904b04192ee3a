import type { z } from 'zod'
import { parse } from './explain.ts'
import type { Folder } from './folder.ts'
import { suggest } from './nearest.ts'
import { type Problem, showPlace } from './problem.ts'
import type { PolicySpec } from './rego-schema.ts'
import {
  type BoundarySpec,
  type Consumer,
  type Gate,
  type InputGuardSpec,
  SCHEMAS,
  type UpstreamSpec,
} from './schema.ts'
import { readYaml, type Yaml } from './yaml.ts'

type Kind = keyof typeof SCHEMAS

/** A document; `spec` is absent when something in it is wrong. */
export interface Doc<T> {
  name: string
  yaml: Yaml
  spec?: T
}

/** Keeps the members of a union apart. */
type Nameless<T> = T extends unknown ? Omit<T, 'name'> : never

export interface Documents {
  gate?: Doc<Gate>
  upstreams: Doc<Nameless<UpstreamSpec>>[]
  boundaries: Doc<BoundarySpec>[]
  consumers: Doc<Nameless<Consumer>>[]
  policies: Doc<PolicySpec>[]
  inputGuards: Doc<InputGuardSpec>[]
  /** How many there are in all. */
  count: number
  /** False when some could not be read at all: a name that is not there may be in one of them. */
  whole: boolean
  problems: Problem[]
}

/** Reads, parses and names the documents of a folder; does not look at what they say of each other. */
export function readDocuments(folder: Folder): Documents {
  const documents: Documents = {
    upstreams: [],
    boundaries: [],
    consumers: [],
    policies: [],
    inputGuards: [],
    count: 0,
    whole: folder.problems.length === 0,
    problems: [...folder.problems],
  }
  const places = new Map<string, Yaml>()
  for (const { file, source } of folder.files) {
    const read = readYaml(file, source)
    documents.problems.push(...read.problems)
    documents.whole &&= read.whole
    const said = new Set(read.problems.map(({ line, column }) => `${line}:${column}`))
    for (const yaml of read.documents) {
      const before = documents.problems.length
      if (!take(yaml, documents, places)) documents.whole = false
      // One mistake is told once: what the YAML reader said of a place is nearer to its cause.
      const fresh = documents.problems.splice(before)
      documents.problems.push(...fresh.filter(({ line, column }) => !said.has(`${line}:${column}`)))
    }
  }
  return documents
}

/** @returns false when it cannot even be said what it is */
function take(yaml: Yaml, documents: Documents, places: Map<string, Yaml>): boolean {
  const { problems } = documents
  documents.count++
  const kind = field(yaml.value, 'kind')
  if (!isKind(kind)) {
    const kinds = Object.keys(SCHEMAS)
    problems.push(
      typeof kind === 'string'
        ? yaml.problem(['kind'], `unknown kind "${kind}": ${suggest(kind, kinds)}`)
        : yaml.problem(['kind'], `"kind" is missing: write one of ${kinds.join(', ')}`),
    )
    return false
  }
  const schema: z.ZodType<{ spec: unknown }> = SCHEMAS[kind]
  const parsed = parse(schema, yaml.value, yaml, [], problems)
  const name = field(field(yaml.value, 'metadata'), 'name')
  if (typeof name !== 'string') return false

  const complain = (message: string) => problems.push(yaml.problem(['metadata', 'name'], message))
  const first = places.get(`${kind} ${name}`)
  if (first !== undefined) {
    const place = showPlace(first.problem(['metadata', 'name'], ''))
    complain(
      `${/^[UI]/.test(kind) ? 'an' : 'a'} ${kind} named "${name}" stands at ${place} already: write another name`,
    )
    return true
  }
  places.set(`${kind} ${name}`, yaml)
  const doc = { name, yaml, ...(parsed !== undefined && { spec: parsed.value.spec }) }
  if (kind === 'Boundary') documents.boundaries.push(doc as Doc<BoundarySpec>)
  else if (kind === 'Upstream') documents.upstreams.push(doc as Doc<Nameless<UpstreamSpec>>)
  else if (kind === 'Policy') documents.policies.push(doc as Doc<PolicySpec>)
  else if (kind === 'InputGuardPolicy') documents.inputGuards.push(doc as Doc<InputGuardSpec>)
  else if (kind === 'Consumer') documents.consumers.push(doc as Doc<Nameless<Consumer>>)
  else if (documents.gate === undefined) documents.gate = doc as Doc<Gate>
  else {
    complain(`a second Gate beside "${documents.gate.name}": keep one`)
  }
  return true
}

function isKind(kind: unknown): kind is Kind {
  return typeof kind === 'string' && Object.hasOwn(SCHEMAS, kind)
}

/** The field of a value that may be anything. */
export function field(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
  return (value as Record<string, unknown>)[key]
}

/** Those entries of the list at `path` that are good by themselves, although their document may not be. */
export function goodEntries<T>(
  schema: z.ZodType<T>,
  doc: Doc<unknown>,
  path: readonly string[],
): { value: T; path: (string | number)[] }[] {
  const entries = path.reduce<unknown>(field, doc.yaml.value)
  if (!Array.isArray(entries)) return []
  return entries.flatMap((entry, index) => {
    const parsed = schema.safeParse(entry)
    return parsed.success ? [{ value: parsed.data, path: [...path, index] }] : []
  })
}
