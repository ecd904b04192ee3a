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
import { deeper, shownKey } from '../../core/paths.ts'
import type { Kind, Offset, Origin, Part, Span, Write } from '../../core/types.ts'
import { meaning, type Names } from './names.ts'
import { type Capture, fold, type Shape } from './shape.ts'

/** What a walk tells of one document. */
export interface Findings {
  opens: Part[]
  writes: Write[]
  /** Parts that this document adds to or whose scope it names. */
  lanes: number[]
  ends: number[]
  /** Whether it has to do with a scope at all, or stands beside them. */
  scoped: boolean
  /** Whether it says that the stream has said all. */
  complete: boolean
  /** Values that say again what stands elsewhere, in another form. */
  repeats: Span[]
  /** Values that refer to places in the request, and what may stand there instead. */
  citations: { span: Span; text: string }[]
  offsets: Offset[]
  captured: Partial<Record<Capture, { value: string; span: Span }>>
}

interface Place {
  path: string
  /** The part that text goes to; undefined where none has begun. */
  part: Part | undefined
  /** The scope whose parts end together. */
  scope: string | undefined
  /** Parts are complete with this document. */
  whole: boolean
  /** The path of the text that offsets are into. */
  cites: string | undefined
}

/** What is kept of a part's text. */
interface Heard {
  length: number
  /** Where characters of two units stand. */
  astral: number[]
  /** All of it, where copies may come. */
  text: string | undefined
}

const ASTRAL = /[\ud800-\udbff]/
const MAX_PARTS = 10_000
const MAX_TEXTS = 200_000
const MAX_KEYS = 10_000
const MAX_IDENTIFIER = 128
const LONG_PATH = 256
const EMPTY = new Int32Array(4)
/** The most text that is kept to be compared with its copies. */
const MAX_KEPT = 16 * 1024 * 1024
/** Offsets behind so many characters of two units are not exact; an answer of nothing else would fill the memory. */
const MAX_ASTRAL = 1024 * 1024
const ROOT: Place = { path: '', part: undefined, scope: undefined, whole: false, cites: undefined }

interface Base {
  origin: Origin
  /** Keys are parts of their own, complete when they come, where values go on growing. */
  keysApart?: true
}

/**
 * Reads the documents of one direction of one exchange: the one body of a request, the events of an answer.
 * Parts are known by their path, so that the deltas of a stream add to the part that an earlier one began.
 *
 * A class, as every call makes two and a function's helpers would be made anew for each.
 */
export class Walker {
  private readonly parts = new Map<string, Part>()
  private readonly scopes = new Map<string, number[]>()
  private readonly keys = new Set<string>()
  /** What stands for a long path of keys: an answer's keys are known by their paths, and each would hold all above it. */
  private readonly longPaths = new Map<string, string>()
  /** What `kept` parts have said, by their id. */
  private readonly heard: Heard[] = []
  private heardLength = 0
  /** In which document a part was last named, by the part's id. */
  private readonly named: number[] = []
  private documents = 0
  /** Parts that were whole when they came. */
  private closed: Set<number> | undefined
  private text = ''
  private tape: Document['tape'] = EMPTY
  private found: Findings = nothing()
  private finished: string[] = []
  private cited: { path: string; literal: Span; at: number; edge: Offset['edge'] }[] = []
  private readonly root: Shape
  private readonly base: Base

  constructor(root: Shape, base: Base) {
    this.root = root
    this.base = base
  }

  /** Throws `GateError` `body.ambiguous_key`, `body.not_object`. */
  read({ text, tape }: Document): Findings {
    if (tape[0] !== OBJECT) throw new GateError('body.not_object')
    this.text = text
    this.tape = tape
    this.documents++
    const found = nothing()
    this.found = found
    const finished: string[] = []
    this.finished = finished
    this.walk(0, this.root, ROOT)
    if (this.cited.length > 0) this.placeOffsets()
    // The end may stand before the text in the same document.
    for (const scope of finished)
      for (const part of this.scopes.get(scope)!) {
        this.lane(part)
        found.ends.push(part)
      }
    return found
  }

  private partAt(
    place: Place,
    origin: Origin,
    kind: Kind,
    extra?: Pick<Part, 'group' | 'medium' | 'nested' | 'kept'>,
  ): Part {
    const known = this.known(place)
    if (known !== undefined) return known
    if (this.named.length >= MAX_PARTS) throw new GateError('body.too_large')
    const part: Part = { id: this.named.length, origin, kind, ...extra }
    this.parts.set(place.path, part)
    this.named.push(0)
    this.found.opens.push(part)
    if (place.scope !== undefined) this.scopes.get(place.scope)!.push(part.id)
    return part
  }

  /** The part that began at a place; not one that was whole with an earlier document: this is another. */
  private known({ path, whole }: Place): Part | undefined {
    const part = this.parts.get(path)
    if (part === undefined || !whole || part.kept || this.named[part.id] === this.documents) return part
    return this.closed?.has(part.id) ? undefined : part
  }

  private beginPart({ origin, kind, group, kept }: Extract<Shape, { is: 'part' }>, place: Place): Part {
    const grouped = group ? { group: place.path } : undefined
    const part = this.partAt(place, origin, kind, kept === undefined ? grouped : { ...grouped, kept: true })
    if (kept !== undefined)
      this.heard[part.id] = { length: 0, astral: [], text: kept === 'text' ? '' : undefined }
    return part
  }

  private write(node: number, place: Place, form: Write['form'], value: string, below?: string): void {
    const part = place.part ?? this.partAt(place, this.base.origin, 'text')
    const literal: Span = [this.tape[node + 1]!, this.tape[node + 2]!]
    this.lane(part.id)
    if (place.whole) this.finish(part.id)
    if (part.kept) this.hear(part.id, value)
    this.keep(
      below === undefined
        ? { part: part.id, path: place.path, literal, value, form }
        : { part: part.id, path: below, literal, value, form, seam: true },
    )
  }

  private finish(part: number): void {
    this.found.ends.push(part)
    this.closed ??= new Set()
    this.closed.add(part)
  }

  /** A key is read once, however many events repeat it: what they say of it is one text. */
  private writeKey(node: number, place: Place, key: string, path: string): void {
    let apart: Part | undefined
    if (this.base.keysApart) {
      const known = `${place.part!.id} ${place.path}`
      if (this.keys.has(known)) return
      if (this.keys.size < MAX_KEYS) this.keys.add(known)
      apart = this.partAt({ ...place, path: `${place.path}{}` }, place.part!.origin, 'text')
    }
    if (apart !== undefined) this.finish(apart.id)
    const part = apart ?? place.part!
    const literal: Span = [this.tape[node + 1]!, this.tape[node + 2]!]
    this.lane(part.id)
    this.keep({ part: part.id, path, literal, value: key, form: 'fixed', key: true })
  }

  /** A text that was said before, in one piece. Where it differs, it is a text of its own. */
  private writeCopy(node: number, place: Place, part: Part, value: string): void {
    const heard = this.heard[part.id]
    const said = heard?.length === 0 ? undefined : heard?.text
    if (said === undefined || said === value) {
      if (said === undefined) return this.write(node, { ...place, part }, 'json', value)
      const literal: Span = [this.tape[node + 1]!, this.tape[node + 2]!]
      this.lane(part.id)
      if (place.whole) this.found.ends.push(part.id)
      this.keep({ part: part.id, path: place.path, literal, value, form: 'json', copy: true })
      return
    }
    const { id: _, group: __, kept: ___, ...like } = part
    const path = `${place.path}#${this.named.length}`
    const other = this.partAt({ ...place, path }, part.origin, part.kind, like)
    this.write(node, { ...place, part: other, whole: true }, 'json', value)
  }

  /** Keeps what is needed of a part's text to know its copies by, and where offsets into it point. */
  hear(part: number, value: string): void {
    const heard = this.heard[part]!
    // A short text is seen through sooner than the expression has begun.
    if (value.length < 64 || ASTRAL.test(value))
      for (let i = 0; i < value.length; i++) {
        const unit = value.charCodeAt(i)
        if (unit >= 0xd800 && unit <= 0xdbff && heard.astral.length < MAX_ASTRAL)
          heard.astral.push(heard.length + i)
      }
    heard.length += value.length
    if (heard.text === undefined) return
    this.heardLength += value.length
    if (this.heardLength > MAX_KEPT) throw new GateError('upstream.invalid')
    heard.text += value
  }

  private lane(part: number): void {
    if (this.named[part] === this.documents) return
    this.named[part] = this.documents
    this.found.lanes.push(part)
  }

  /** Megabytes of texts of one character would take a hundred times their size. */
  private keep(write: Write): void {
    if (this.found.writes.push(write) > MAX_TEXTS) throw new GateError('body.too_large')
  }

  /**
   * Nothing is known of what stands here: all of it is text, keys too.
   * @param shown the path as findings may give it
   */
  private any(node: number, place: Place, shown = place.path): void {
    const { text, tape } = this
    const type = tape[node]!
    if (type === STRING || type === ESCAPED)
      return this.write(node, place, 'json', stringAt(text, tape, node), shown)
    if (type === NUMBER) {
      const digits = text.slice(tape[node + 1]!, tape[node + 2]!)
      if (digits.replace(/[^0-9]/g, '').length >= 7) this.write(node, place, 'fixed', digits, shown)
      return
    }
    if (type !== OBJECT && type !== ARRAY) return
    const within: Place =
      place.part === undefined ? { ...place, part: this.partAt(place, this.base.origin, 'text') } : place
    const stop = tape[node + 3]!
    let index = 0
    for (let child = node + 4; child < stop; ) {
      if (type === ARRAY) {
        const step = `[${index}]`
        this.any(child, { ...within, path: place.path + step }, deeper(shown, step))
        index++
        child = tape[child + 3]!
        continue
      }
      const key = stringAt(text, tape, child)
      // A request comes once: what is in a part needs no path to be known by.
      const at = this.base.keysApart ? { ...within, path: this.below(place.path, key) } : within
      this.writeKey(child, at, key, keyBelow(shown, '*'))
      this.any(child + 4, at, keyBelow(shown, shownKey(key)))
      child = tape[child + 7]!
    }
  }

  /** Whether what stands here is an identifier, a known value, a number or a switch, as its shape says. */
  private exempt(node: number, shape: Leaf): boolean {
    const { text, tape } = this
    const type = tape[node]!
    switch (shape.is) {
      case 'id': {
        if (type !== STRING && type !== ESCAPED) return type === NULL
        if (!this.isIdentifier(node)) return false
        if (shape.capture !== undefined) this.capture(shape.capture, node, stringAt(text, tape, node))
        return true
      }
      case 'enum':
        return (
          type === NULL || (type === STRING && shape.values(text, tape[node + 1]!, tape[node + 2]!) === true)
        )
      case 'number':
        if (type !== NUMBER) return type === NULL
        if (shape.capture !== undefined)
          this.capture(shape.capture, node, text.slice(tape[node + 1]!, tape[node + 2]!))
        return true
      case 'boolean':
        if (type !== TRUE && type !== FALSE) return type === NULL
        if (shape.capture !== undefined) this.capture(shape.capture, node, type === TRUE ? 'true' : '')
        return true
    }
  }

  private walk(node: number, shape: Shape, place: Place): void {
    const { text, tape } = this
    const type = tape[node]!
    switch (shape.is) {
      case 'any':
        return this.any(node, place)
      case 'text':
        if (type !== STRING && type !== ESCAPED) return this.any(node, place)
        if (shape.copy && place.part !== undefined)
          return this.writeCopy(node, place, place.part, stringAt(text, tape, node))
        return this.write(node, place, shape.fixed ? 'fixed' : 'json', stringAt(text, tape, node))
      case 'id':
      case 'enum':
      case 'number':
      case 'boolean':
        if (!this.exempt(node, shape)) this.any(node, place)
        return
      case 'nested': {
        const itself = type === OBJECT || type === ARRAY
        if (type !== STRING && type !== ESCAPED && !itself) return this.any(node, place)
        // Streams begin with an empty one, to which the pieces that follow do not add.
        if (itself && tape[node + 3] === node + 4) return
        const part = this.partAt(place, shape.origin, 'tool_call', shape.kept ? NESTED_KEPT : NESTED)
        if (part.kept) this.heard[part.id] ??= { length: 0, astral: [], text: '' }
        if (itself)
          return this.write(node, { ...place, part }, 'value', text.slice(tape[node + 1]!, tape[node + 2]!))
        if (shape.copy) return this.writeCopy(node, place, part, stringAt(text, tape, node))
        return this.write(node, { ...place, part }, 'json', stringAt(text, tape, node))
      }
      case 'media': {
        if (type === NULL) return
        const { medium, of } = shape
        const origin = place.part?.origin ?? this.base.origin
        const at = of === undefined ? place : { ...place, path: `${place.path}#${medium}` }
        this.found.ends.push(this.partAt(at, origin, 'media', { medium }).id)
        // It may say what the text beside it says, and leaves no sooner.
        if (place.part !== undefined) this.lane(place.part.id)
        if (of !== undefined) this.walk(node, of, place)
        return
      }
      case 'repeat':
        if (type !== NULL) this.found.repeats.push([tape[node + 1]!, tape[node + 2]!])
        return
      case 'forms': {
        const form =
          type === STRING || type === ESCAPED
            ? shape.string
            : type === ARRAY
              ? shape.numbers !== undefined && this.holdsNumbers(node)
                ? shape.numbers
                : shape.array
              : type === OBJECT
                ? shape.object
                : type === NUMBER
                  ? shape.number
                  : undefined
        return form === undefined ? this.any(node, place) : this.walk(node, form, place)
      }
      case 'case': {
        const value = type === OBJECT ? this.field(node, shape.field) : undefined
        const known =
          value !== undefined && (tape[value] === STRING || tape[value] === ESCAPED)
            ? this.lookUp(shape.cases, value)
            : undefined
        return this.walk(node, known ?? shape.otherwise, place)
      }
      case 'part': {
        if (type === NULL) return
        let at = place
        if (shape.at !== undefined) {
          at = { ...place, path: shape.at, scope: shape.at }
          if (!this.scopes.has(shape.at)) this.scopes.set(shape.at, [])
        }
        const part = this.known(at) ?? this.beginPart(shape, at)
        return this.walk(node, shape.of, { ...place, part })
      }
      case 'at':
        return // by `members`, which knows the fields beside it
      case 'cites':
        return this.walk(node, shape.of, {
          ...place,
          cites: shape.beside ? rename(place.path, shape.text) : join(place.path, shape.text),
        })
      case 'offset':
        if (type === NUMBER) this.offset(node, place, shape.edge)
        else if (type !== NULL) this.any(node, place)
        return
      case 'citation':
        if (type === OBJECT || type === ARRAY)
          this.found.citations.push({ span: [tape[node + 1]!, tape[node + 2]!], text: shape.instead })
        return this.walk(node, shape.of, place)
      case 'whole':
        return this.walk(node, shape.of, { ...place, whole: true })
      case 'complete':
        if (type !== NULL && tape[node + 1]! < tape[node + 2]!) this.found.complete = true
        return this.walk(node, shape.of, place)
      case 'failure':
        if (type !== NULL) throw new GateError('upstream.unavailable')
        return
      case 'numbers':
        if (!this.allNumbers(node)) this.any(node, place)
        return
      case 'base64':
        if (type !== STRING || !isBase64(text, tape[node + 1]!, tape[node + 2]!)) this.any(node, place)
        return
      case 'scope':
        if (!this.scopes.has(place.path)) this.scopes.set(place.path, [])
        this.found.scoped = true
        this.walk(node, shape.of, { ...place, scope: place.path })
        return
      case 'end':
        // Some providers send an empty one with every delta.
        if (place.scope !== undefined && type !== NULL && tape[node + 1]! < tape[node + 2]!)
          this.finished.push(place.scope)
        return this.walk(node, shape.of, place)
      case 'named':
        return this.walk(node, shape.of, { ...place, path: rename(place.path, shape.as) })
      case 'map':
        return type === OBJECT ? this.entries(node, shape, place) : this.any(node, place)
      case 'array':
        return type === ARRAY ? this.elements(node, shape, place) : this.any(node, place)
      case 'object':
        return type === OBJECT ? this.members(node, shape, place) : this.any(node, place)
    }
  }

  private elements(node: number, shape: Extract<Shape, { is: 'array' }>, place: Place): void {
    const { text, tape } = this
    const stop = tape[node + 3]!
    let position = 0
    for (let child = node + 4; child < stop; child = tape[child + 3]!) {
      const says = shape.by !== undefined && tape[child] === OBJECT ? this.field(child, shape.by) : undefined
      const index =
        says !== undefined && tape[says] === NUMBER
          ? Number(text.slice(tape[says + 1]!, tape[says + 2]!)) // `0` and `0.0` are one to its readers
          : position
      this.walk(child, shape.of, moved(place, `${place.path}[${index}]`))
      position++
    }
  }

  private members(node: number, shape: Extract<Shape, { is: 'object' }>, place: Place): void {
    const { text, tape } = this
    const stop = tape[node + 3]!
    for (let child = node + 4; child < stop; child = tape[child + 7]!) {
      const known = this.lookUp(shape.fields, child)
      if (known !== undefined) {
        const { name, shape: of } = known
        // Most fields are such leaves: they need no path.
        if (isLeaf(of) && this.exempt(child + 4, of)) continue
        if (of.is === 'at') this.walk(child + 4, of.of, moved(place, this.pathFrom(of.path, node)))
        else this.walk(child + 4, of, moved(place, join(place.path, name)))
        continue
      }
      const key = stringAt(text, tape, child)
      if (shape.folded.has(fold(key)))
        throw new GateError('body.ambiguous_key', { param: join(place.path, key) })
      this.any(child + 4, this.foreign(child, key, place), join(place.path, shownKey(key)))
    }
  }

  /** Reads a key that is not the protocol's own. @returns the place of its value */
  private foreign(node: number, key: string, place: Place): Place {
    const path = this.below(place.path, key)
    const at: Place =
      place.part === undefined
        ? { ...place, path, part: this.partAt({ ...place, path }, this.base.origin, 'text') }
        : { ...place, path }
    this.writeKey(node, at, key, join(place.path, '*'))
    return at
  }

  /** Written so that no key can stand for a path of the protocol's own (`messages[0].content`), and take its part. */
  private below(path: string, key: string): string {
    const full = `${path}[${JSON.stringify(key)}]`
    if (full.length <= LONG_PATH) return full
    let short = this.longPaths.get(full)
    if (short === undefined) {
      if (this.longPaths.size >= MAX_TEXTS) throw new GateError('body.too_large')
      short = `~${this.longPaths.size}`
      this.longPaths.set(full, short)
    }
    return short
  }

  private entries(node: number, { keys, of }: Extract<Shape, { is: 'map' }>, place: Place): void {
    const { text, tape } = this
    const stop = tape[node + 3]!
    for (let child = node + 4; child < stop; child = tape[child + 7]!) {
      const key = stringAt(text, tape, child)
      const at = keys.test(key)
        ? moved(place, join(place.path, key))
        : { ...this.foreign(child, key, place), path: join(place.path, shownKey(key)) }
      this.walk(child + 4, of, at)
    }
  }

  /** A path that an object's fields name; a field that is no number is read as the first. */
  private pathFrom(path: Extract<Shape, { is: 'at' }>['path'], node: number): string {
    const { text, tape } = this
    let all = ''
    for (const piece of path) {
      if (typeof piece === 'string') {
        all += piece
        continue
      }
      const says = this.field(node, piece.field)
      all +=
        says !== undefined && tape[says] === NUMBER ? Number(text.slice(tape[says + 1]!, tape[says + 2]!)) : 0
    }
    return all
  }

  private offset(node: number, { cites }: Place, edge: Offset['edge']): void {
    const { text, tape } = this
    const literal: Span = [tape[node + 1]!, tape[node + 2]!]
    if (cites !== undefined)
      this.cited.push({ path: cites, literal, at: Number(text.slice(literal[0], literal[1])), edge })
  }

  /** The text that offsets are into may stand behind them in the same document. */
  private placeOffsets(): void {
    for (const { path, literal, at, edge } of this.cited) {
      const part = this.parts.get(path)
      const heard = part === undefined ? undefined : this.heard[part.id]
      if (heard === undefined || !Number.isInteger(at) || at < 0) continue
      this.found.offsets.push({ part: part!.id, literal, says: at, at: unitsBefore(heard, at), edge })
    }
    this.cited = []
  }

  private allNumbers(node: number): boolean {
    return this.tape[node] === NULL || (this.tape[node] === ARRAY && this.isOfNumbers(node))
  }

  private holdsNumbers(node: number): boolean {
    return this.tape[node + 3]! > node + 4 && this.isOfNumbers(node)
  }

  private isOfNumbers(node: number): boolean {
    const { tape } = this
    const stop = tape[node + 3]!
    for (let child = node + 4; child < stop; child += 4) if (tape[child] !== NUMBER) return false
    return true
  }

  private capture(name: Capture, node: number, value: string): void {
    this.found.captured[name] = { value, span: [this.tape[node + 1]!, this.tape[node + 2]!] }
  }

  /** The value of an object's field, as a node. */
  private field(node: number, name: string): number | undefined {
    const { text, tape } = this
    const stop = tape[node + 3]!
    for (let child = node + 4; child < stop; child = tape[child + 7]!) {
      const start = tape[child + 1]!
      const says =
        tape[child] === ESCAPED
          ? stringAt(text, tape, child) === name
          : tape[child + 2]! - start === name.length && text.startsWith(name, start)
      if (says) return child + 4
    }
    return undefined
  }

  /** What the string or key at a node means. */
  private lookUp<T>(known: Names<T>, node: number): T | undefined {
    const { text, tape } = this
    if (tape[node] !== ESCAPED) return known(text, tape[node + 1]!, tape[node + 2]!)
    return meaning(known, stringAt(text, tape, node))
  }

  /** Of letters, digits and `_ . : -`. */
  private isIdentifier(node: number): boolean {
    const { text, tape } = this
    const said = tape[node] === ESCAPED ? stringAt(text, tape, node) : text
    let at = tape[node] === ESCAPED ? 0 : tape[node + 1]!
    const end = tape[node] === ESCAPED ? said.length : tape[node + 2]!
    if (end === at || end - at > MAX_IDENTIFIER) return false
    for (; at < end; at++) {
      const c = said.charCodeAt(at)
      const fits =
        (c >= 0x61 && c <= 0x7a) || (c >= 0x2d && c <= 0x3a && c !== 0x2f) || (c >= 0x41 && c <= 0x5a)
      if (!fits && c !== 0x5f) return false
    }
    return true
  }
}

/** Whether a document has a field, whatever stands there. */
export function hasKey({ text, tape }: Document, name: string): boolean {
  for (let child = 4; child < tape[3]!; child = tape[child + 7]!)
    if (stringAt(text, tape, child) === name) return true
  return false
}

type Leaf = Extract<Shape, { is: 'id' | 'enum' | 'number' | 'boolean' }>

function isLeaf(shape: Shape): shape is Leaf {
  return shape.is === 'id' || shape.is === 'enum' || shape.is === 'number' || shape.is === 'boolean'
}

const NESTED = { nested: true } as const
const NESTED_KEPT = { nested: true, kept: true } as const

function moved({ part, scope, whole, cites }: Place, path: string): Place {
  return { path, part, scope, whole, cites }
}

const BASE64 = /[A-Za-z0-9+/_=-]*/y

function isBase64(text: string, start: number, end: number): boolean {
  BASE64.lastIndex = start
  BASE64.test(text)
  return BASE64.lastIndex === end
}

/** Providers count in code points. */
function unitsBefore({ astral }: Heard, points: number): number {
  let units = points
  for (const at of astral) {
    if (at >= units) break
    units++
  }
  return units
}

function keyBelow(path: string, key: string): string {
  return path === '' ? key : deeper(path, `.${key}`)
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`
}

function rename(path: string, last: string): string {
  const dot = path.lastIndexOf('.')
  return dot < 0 ? last : `${path.slice(0, dot + 1)}${last}`
}

function nothing(): Findings {
  return {
    opens: [],
    writes: [],
    lanes: [],
    ends: [],
    repeats: [],
    captured: {},
    citations: [],
    offsets: [],
    scoped: false,
    complete: false,
  }
}
