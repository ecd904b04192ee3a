import { GateError } from '../../core/errors.ts'
import {
  ARRAY,
  type Document,
  ESCAPED,
  FALSE,
  NULL,
  NUMBER,
  OBJECT,
  STRING,
  stringAt,
  TRUE,
} from '../../core/json/scan.ts'
import { shownKey } from '../../core/paths.ts'
import type { Kind, Origin, Part, Span, Write } from '../../core/types.ts'
import { type Capture, fold, type Shape } from './shape.ts'

/** What a walk tells of one document. */
export interface Findings {
  opens: Part[]
  writes: Write[]
  /** Parts that this document adds to or whose scope it names. */
  lanes: Set<number>
  ends: number[]
  /** Whether it has to do with a scope at all, or stands beside them. */
  scoped: boolean
  /** Whether a scope came to its end. */
  finished: boolean
  /** Values that say again what stands elsewhere. */
  repeats: Span[]
  captured: Partial<Record<Capture, { value: string; span: Span }>>
}

interface Place {
  path: string
  /** The part that text goes to; undefined where none has begun. */
  part: Part | undefined
  /** The scope whose parts end together. */
  scope: string | undefined
}

const MAX_PARTS = 10_000
const MAX_TEXTS = 200_000
const MAX_KEYS = 10_000
const IDENTIFIER = /^[A-Za-z0-9_.:-]{1,128}$/

/**
 * Reads the documents of one direction of one exchange: the one body of a request, the events of an answer.
 * Parts are known by their path, so that the deltas of a stream add to the part that an earlier one began.
 */
export function walker(
  root: Shape,
  base: {
    origin: Origin
    /** Keys are parts of their own, complete when they come, where values go on growing. */
    keysApart?: true
  },
) {
  const parts = new Map<string, Part>()
  const scopes = new Map<string, number[]>()
  const keys = new Set<string>()
  let doc: Document
  let found: Findings
  let finished: string[]

  function partAt(
    place: Place,
    origin: Origin,
    kind: Kind,
    extra?: Pick<Part, 'group' | 'medium' | 'nested'>,
  ): Part {
    const known = parts.get(place.path)
    if (known !== undefined) return known
    if (parts.size >= MAX_PARTS) throw new GateError('body.too_large')
    const part: Part = { id: parts.size, origin, kind, ...extra }
    parts.set(place.path, part)
    found.opens.push(part)
    if (place.scope !== undefined) scopes.get(place.scope)!.push(part.id)
    return part
  }

  function write(node: number, place: Place, form: Write['form'], value: string, below?: string): void {
    const part = place.part ?? partAt(place, base.origin, 'text')
    const literal: Span = [doc.tape[node + 1]!, doc.tape[node + 2]!]
    found.lanes.add(part.id)
    keep(
      below === undefined
        ? { part: part.id, path: place.path, literal, value, form }
        : { part: part.id, path: below, literal, value, form, seam: true },
    )
  }

  /** A key is read once, however many events repeat it: what they say of it is one text. */
  function writeKey(node: number, place: Place, key: string, path: string): void {
    const known = `${place.part!.id} ${place.path}\0${key}`
    if (keys.has(known)) return
    if (keys.size < MAX_KEYS) keys.add(known)
    const apart = base.keysApart
      ? partAt({ ...place, path: `${place.path}{}` }, place.part!.origin, 'text')
      : undefined
    if (apart !== undefined) found.ends.push(apart.id)
    const part = apart ?? place.part!
    const literal: Span = [doc.tape[node + 1]!, doc.tape[node + 2]!]
    found.lanes.add(part.id)
    keep({ part: part.id, path, literal, value: key, form: 'fixed', key: true })
  }

  /** Megabytes of texts of one character would take a hundred times their size. */
  function keep(write: Write): void {
    if (found.writes.push(write) > MAX_TEXTS) throw new GateError('body.too_large')
  }

  /**
   * Nothing is known of what stands here: all of it is text, keys too.
   * @param shown the path as findings may give it
   */
  function any(node: number, place: Place, shown = place.path): void {
    const { text, tape } = doc
    const type = tape[node]!
    if (type === STRING || type === ESCAPED)
      return write(node, place, 'json', stringAt(text, tape, node), shown)
    if (type === NUMBER) {
      const digits = text.slice(tape[node + 1]!, tape[node + 2]!)
      if (digits.replace(/[^0-9]/g, '').length >= 7) write(node, place, 'fixed', digits, shown)
      return
    }
    if (type !== OBJECT && type !== ARRAY) return
    const within: Place =
      place.part === undefined ? { ...place, part: partAt(place, base.origin, 'text') } : place
    const stop = tape[node + 3]!
    let index = 0
    for (let child = node + 4; child < stop; ) {
      if (type === ARRAY) {
        any(child, { ...within, path: `${place.path}[${index}]` }, `${shown}[${index}]`)
        index++
        child = tape[child + 3]!
        continue
      }
      const key = stringAt(text, tape, child)
      const at = { ...within, path: below(place.path, key) }
      writeKey(child, at, key, join(shown, '*'))
      any(child + 4, at, join(shown, shownKey(key)))
      child = tape[child + 7]!
    }
  }

  /** Whether what stands here is an identifier, a known value, a number or a switch, as its shape says. */
  function exempt(node: number, shape: Leaf): boolean {
    const { text, tape } = doc
    const type = tape[node]!
    switch (shape.is) {
      case 'id': {
        if (type !== STRING && type !== ESCAPED) return type === NULL
        const value = stringAt(text, tape, node)
        if (!IDENTIFIER.test(value)) return false
        if (shape.capture !== undefined) capture(shape.capture, node, value)
        return true
      }
      case 'enum':
        return type === NULL || (type === STRING && shape.values.has(stringAt(text, tape, node)))
      case 'number':
        if (type !== NUMBER) return type === NULL
        if (shape.capture !== undefined)
          capture(shape.capture, node, text.slice(tape[node + 1]!, tape[node + 2]!))
        return true
      case 'boolean':
        if (type !== TRUE && type !== FALSE) return type === NULL
        if (shape.capture !== undefined) capture(shape.capture, node, type === TRUE ? 'true' : '')
        return true
    }
  }

  function walk(node: number, shape: Shape, place: Place): void {
    const { text, tape } = doc
    const type = tape[node]!
    switch (shape.is) {
      case 'any':
        return any(node, place)
      case 'text':
        if (type !== STRING && type !== ESCAPED) return any(node, place)
        return write(node, place, 'json', stringAt(text, tape, node))
      case 'id':
      case 'enum':
      case 'number':
      case 'boolean':
        if (!exempt(node, shape)) any(node, place)
        return
      case 'nested': {
        if (type !== STRING && type !== ESCAPED) return any(node, place)
        const part = partAt(place, shape.origin, 'tool_call', { nested: true })
        return write(node, { ...place, part }, 'json', stringAt(text, tape, node))
      }
      case 'media':
        if (type === NULL) return
        found.ends.push(
          partAt(place, place.part?.origin ?? base.origin, 'media', { medium: shape.medium }).id,
        )
        return
      case 'repeat':
        if (type !== NULL) found.repeats.push([tape[node + 1]!, tape[node + 2]!])
        return
      case 'forms': {
        const form =
          type === STRING || type === ESCAPED
            ? shape.string
            : type === ARRAY
              ? shape.array
              : type === OBJECT
                ? shape.object
                : type === NUMBER
                  ? shape.number
                  : undefined
        return form === undefined ? any(node, place) : walk(node, form, place)
      }
      case 'case': {
        const value = type === OBJECT ? field(node, shape.field) : undefined
        const known =
          value !== undefined && (tape[value] === STRING || tape[value] === ESCAPED)
            ? shape.cases[stringAt(text, tape, value)]
            : undefined
        return walk(node, known ?? shape.otherwise, place)
      }
      case 'part': {
        if (type === NULL) return
        const group = shape.group ? { group: place.path } : undefined
        return walk(node, shape.of, { ...place, part: partAt(place, shape.origin, shape.kind, group) })
      }
      case 'scope':
        if (!scopes.has(place.path)) scopes.set(place.path, [])
        found.scoped = true
        walk(node, shape.of, { ...place, scope: place.path })
        return
      case 'end':
        // Some providers send an empty one with every delta.
        if (place.scope !== undefined && type !== NULL && tape[node + 1]! < tape[node + 2]!)
          finished.push(place.scope)
        return walk(node, shape.of, place)
      case 'named':
        return walk(node, shape.of, {
          path: rename(place.path, shape.as),
          part: place.part,
          scope: place.scope,
        })
      case 'array': {
        if (type !== ARRAY) return any(node, place)
        const stop = tape[node + 3]!
        let position = 0
        for (let child = node + 4; child < stop; child = tape[child + 3]!) {
          const says = shape.by !== undefined && tape[child] === OBJECT ? field(child, shape.by) : undefined
          const index =
            says !== undefined && tape[says] === NUMBER
              ? Number(text.slice(tape[says + 1]!, tape[says + 2]!)) // `0` and `0.0` are one to its readers
              : position
          walk(child, shape.of, { path: `${place.path}[${index}]`, part: place.part, scope: place.scope })
          position++
        }
        return
      }
      case 'object': {
        if (type !== OBJECT) return any(node, place)
        const stop = tape[node + 3]!
        for (let child = node + 4; child < stop; child = tape[child + 7]!) {
          const key = stringAt(text, tape, child)
          const known = shape.fields[key]
          // Most fields are such leaves: they need no path.
          if (known !== undefined && isLeaf(known) && exempt(child + 4, known)) continue
          if (known !== undefined) {
            const path = join(place.path, key)
            walk(child + 4, known, { path, part: place.part, scope: place.scope })
            continue
          }
          if (shape.folded.has(fold(key)))
            throw new GateError('body.ambiguous_key', { param: join(place.path, key) })
          const path = below(place.path, key)
          const at: Place =
            place.part === undefined
              ? { ...place, path, part: partAt({ ...place, path }, base.origin, 'text') }
              : { ...place, path }
          writeKey(child, at, key, join(place.path, '*'))
          any(child + 4, at, join(place.path, shownKey(key)))
        }
        return
      }
    }
  }

  function capture(name: Capture, node: number, value: string): void {
    found.captured[name] = { value, span: [doc.tape[node + 1]!, doc.tape[node + 2]!] }
  }

  /** The value of an object's field, as a node. */
  function field(node: number, name: string): number | undefined {
    const { text, tape } = doc
    const stop = tape[node + 3]!
    for (let child = node + 4; child < stop; child = tape[child + 7]!)
      if (stringAt(text, tape, child) === name) return child + 4
    return undefined
  }

  return {
    /** Throws `GateError` `body.ambiguous_key`, `body.not_object`. */
    read(document: Document): Findings {
      if (document.tape[0] !== OBJECT) throw new GateError('body.not_object')
      doc = document
      found = {
        opens: [],
        writes: [],
        lanes: new Set(),
        ends: [],
        repeats: [],
        captured: {},
        scoped: false,
        finished: false,
      }
      finished = []
      walk(0, root, { path: '', part: undefined, scope: undefined })
      // The end may stand before the text in the same document.
      found.finished = finished.length > 0
      for (const scope of finished)
        for (const part of scopes.get(scope)!) {
          found.lanes.add(part)
          found.ends.push(part)
        }
      return found
    },
  }
}

type Leaf = Extract<Shape, { is: 'id' | 'enum' | 'number' | 'boolean' }>

function isLeaf(shape: Shape): shape is Leaf {
  return shape.is === 'id' || shape.is === 'enum' || shape.is === 'number' || shape.is === 'boolean'
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`
}

/** Written so that no key can stand for a path of the protocol's own (`messages[0].content`), and take its part. */
function below(path: string, key: string): string {
  return `${path}[${JSON.stringify(key)}]`
}

function rename(path: string, last: string): string {
  const dot = path.lastIndexOf('.')
  return dot < 0 ? last : `${path.slice(0, dot + 1)}${last}`
}
