import { isFormat } from './formats.ts'
import { isObject, type Json, keyOf, MAX_DEPTH } from './parse.ts'
import { type Pattern, pattern } from './patterns.ts'

/** A caller's schema that is not judged by, or an answer that took too many steps. The message names no text of theirs. */
export class Unsupported extends Error {}

/** A schema of JSON Schema 2020-12 that `interpret` can judge by. */
export interface Checked {
  root: Json
  /** What each `$ref` refers to. */
  refs: ReadonlyMap<string, Json>
  patterns: ReadonlyMap<string, Pattern>
  /** By the array of an `enum`: the keys of its values. */
  enums: ReadonlyMap<Json, ReadonlySet<string>>
}

const TYPES = ['null', 'boolean', 'object', 'array', 'number', 'integer', 'string']
const DIALECTS = [
  'https://json-schema.org/draft/2020-12/schema',
  'https://json-schema.org/draft/2019-09/schema',
  // What generators of schemas write who use nothing that has changed since. What has is refused below.
  'http://json-schema.org/draft-07/schema',
]
const MAX_PATTERNS = 64

type Is = 'schema' | 'schemas' | 'map' | 'number' | 'count' | 'flag' | 'names' | 'note'
/** What stands at a keyword. A note says nothing of what is valid. */
const KEYWORDS: Readonly<Record<string, Is>> = {
  ...all('schema', 'additionalProperties propertyNames items contains not if then else'),
  ...all('schemas', 'allOf anyOf oneOf prefixItems'),
  ...all('map', 'properties patternProperties dependentSchemas $defs definitions'),
  ...all('number', 'minimum maximum exclusiveMinimum exclusiveMaximum multipleOf'),
  ...all(
    'count',
    'minLength maxLength minItems maxItems minProperties maxProperties minContains maxContains',
  ),
  ...all('flag', 'uniqueItems'),
  ...all('names', 'required'),
  ...all('note', 'title description default examples deprecated readOnly writeOnly $comment $anchor'),
  ...all('note', 'contentEncoding contentMediaType contentSchema discriminator example'),
}

function all(is: Is, names: string): Record<string, Is> {
  return Object.fromEntries(names.split(' ').map((name) => [name, is]))
}

/** @throws Unsupported for what `interpret` could not judge as the standard says, or that is no schema */
export function check(root: Json): Checked {
  const refs = new Map<string, Json>()
  const patterns = new Map<string, Pattern>()
  const enums = new Map<Json, ReadonlySet<string>>()
  const seen = new Set<Json>()

  function compile(source: Json): void {
    if (typeof source !== 'string') throw new Unsupported('a pattern is no string')
    if (patterns.has(source)) return
    if (patterns.size === MAX_PATTERNS) throw new Unsupported(`it has more than ${MAX_PATTERNS} patterns`)
    try {
      patterns.set(source, pattern(source))
    } catch {
      throw new Unsupported('a pattern is too large, or not one of those that take linear time')
    }
  }

  function schema(at: Json, depth: number): void {
    if (depth > MAX_DEPTH) throw new Unsupported(`it is nested more than ${MAX_DEPTH} deep`)
    if (typeof at === 'boolean') return
    if (!isObject(at)) throw new Unsupported('a part of it is no schema')
    if (seen.has(at)) return
    seen.add(at)
    for (const [name, says] of Object.entries(at)) keyword(name, says, at, depth)
  }

  function keyword(name: string, says: Json, at: { [key: string]: Json }, depth: number): void {
    switch (Object.hasOwn(KEYWORDS, name) ? KEYWORDS[name] : undefined) {
      case 'schema':
        return schema(says, depth + 1)
      case 'schemas':
        if (!Array.isArray(says) || says.length === 0) throw odd(name)
        for (const each of says) schema(each, depth + 1)
        return
      case 'map':
        if (!isObject(says)) throw odd(name)
        if (name === 'patternProperties') for (const source of Object.keys(says)) compile(source)
        for (const each of Object.values(says)) schema(each, depth + 1)
        return
      case 'number':
        if (typeof says !== 'number' || (name === 'multipleOf' && says <= 0)) throw odd(name)
        return
      case 'count':
        if (!Number.isInteger(says) || (says as number) < 0) throw odd(name)
        return
      case 'flag':
        if (typeof says !== 'boolean') throw odd(name)
        return
      case 'names':
        return names(name, says)
      case 'note':
        return
      case undefined:
        return special(name, says, at)
    }
  }

  function special(name: string, says: Json, at: { [key: string]: Json }): void {
    switch (name) {
      case 'type':
        if (!(Array.isArray(says) ? says : [says]).every((type) => TYPES.includes(type as string)))
          throw odd(name)
        return
      case 'enum':
        if (!Array.isArray(says)) throw odd(name)
        enums.set(says, new Set(says.map(keyOf)))
        return
      case 'const':
        return
      case 'dependentRequired':
        if (!isObject(says)) throw odd(name)
        for (const each of Object.values(says)) names(name, each)
        return
      case 'pattern':
        return compile(says)
      case 'format':
        if (!isFormat(says)) throw new Unsupported('it has a format that is not checked')
        return
      case '$ref':
        return refer(says)
      case '$schema':
        if (typeof says !== 'string' || !DIALECTS.includes(says.replace(/#$/, ''))) throw odd(name)
        return
      case '$id':
        // Elsewhere it changes what a `$ref` means.
        if (at !== root) throw odd(name)
        return
      case 'nullable':
        if (says !== false) throw odd(name)
        return
      default:
        if (!name.startsWith('x-'))
          throw new Unsupported('it has a keyword that is not known, or not judged by')
    }
  }

  function names(name: string, says: Json): void {
    if (!Array.isArray(says) || !says.every((each) => typeof each === 'string')) throw odd(name)
  }

  function refer(says: Json): void {
    if (typeof says !== 'string' || !/^#(?:\/|$)/.test(says))
      throw new Unsupported('a $ref leads somewhere else than into the schema')
    if (refs.has(says)) return
    const target = pointed(root, says.slice(1))
    if (target === undefined) throw new Unsupported('a $ref leads to nothing')
    refs.set(says, target)
    schema(target, 1)
  }

  schema(root, 1)
  return { root, refs, patterns, enums }
}

function odd(name: string): Unsupported {
  return new Unsupported(`${name} does not have the form of JSON Schema 2020-12`)
}

/** What a JSON pointer (RFC 6901), as it stands in a URI's fragment, leads to. */
function pointed(root: Json, pointer: string): Json | undefined {
  let at: Json | undefined = root
  for (const step of pointer.split('/').slice(1)) {
    let key: string
    try {
      key = decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~')
    } catch {
      return undefined
    }
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined
    at = (at as { [key: string]: Json })[key]
  }
  return at
}
