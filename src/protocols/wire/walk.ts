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
import type { Kind, Offset, Origin, Part, Span, Write } from '../../core/types.ts'
import { identifierEnd, meaning, type Names } from './names.ts'
import { type Capture, fold, type Kept, type Shape } from './shape.ts'

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
  /** Values that do not leave, and what stands there instead. */
  withheld: { span: Span; text: string }[]
  /** What differs from one event to the next and says nothing. */
  varying: { span: Span; is: 'id' | 'number' }[]
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
  /** The object whose fields name the paths of what stands in it. */
  beside: number | undefined
}

/** What is kept of a part's text. */
interface Heard {
  length: number
  /** Where characters of two units stand. */
  astral: number[]
  /** All of it, where copies may come. */
  text: string | undefined
}

/** Where in a part's text stands what was said at a path. */
interface Said {
  part: number
  from: number
  to: number
}

/** What came whole, in case it comes again word for word: its text, and its writes from its beginning. */
interface Whole {
  text: string
  writes: readonly Write[]
}

const ASTRAL = /[\ud800-\udbff]/
const MAX_PARTS = 10_000
const MAX_TEXTS = 200_000
const MAX_KEYS = 10_000
/** Digits of a number that may be somebody's. */
const LONG = 7
const EMPTY = new Int32Array(4)
/** The most text that is kept to be compared with its copies. */
const MAX_KEPT = 16 * 1024 * 1024
/** Offsets behind so many characters of two units are not exact; an answer of nothing else would fill the memory. */
const MAX_ASTRAL = 1024 * 1024
const ROOT: Place = {
  path: '',
  part: undefined,
  scope: undefined,
  whole: false,
  cites: undefined,
  beside: undefined,
}

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
  /** What `kept` parts have said, by their id. */
  private readonly heard: Heard[] = []
  private heardLength = 0
  private readonly said = new Map<string, Said>()
  private readonly wholes = new Map<string, Whole>()
  /** What parts are known by. */
  private readonly paths: string[] = []
  /** In which document a part was last named, by the part's id. */
  private readonly named: number[] = []
  private documents = 0
  /** Parts that are complete, and with which document. */
  private closed: Map<number, number> | undefined
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
    { keeps, ...extra }: Pick<Part, 'group' | 'medium' | 'nested'> & { keeps?: Kept } = PLAIN,
    path = place.path,
  ): Part {
    const known = this.parts.get(path)
    if (known !== undefined) return known
    if (this.named.length >= MAX_PARTS) throw new GateError('body.too_large')
    const part: Part = { id: this.named.length, origin, kind, ...extra }
    // What is whole may come again.
    const kept = keeps ?? (place.whole && kind !== 'media' ? 'edits' : undefined)
    if (kept !== undefined) {
      part.kept = true
      this.heard[part.id] = { length: 0, astral: [], text: kept === 'text' ? '' : undefined }
    }
    this.parts.set(path, part)
    this.paths.push(path)
    this.named.push(0)
    this.found.opens.push(part)
    if (place.scope !== undefined) this.scopes.get(place.scope)!.push(part.id)
    return part
  }

  /** Whether a part was complete with an earlier document. */
  private isOver({ id }: Part): boolean {
    const closed = this.closed?.get(id)
    return closed !== undefined && closed < this.documents
  }

  /** What stands where a part did that is complete, or says something else than it did: one for each document. */
  private another({ id, origin, kind, nested, kept }: Part, place: Place): Part {
    const extra: { nested?: true; keeps?: Kept } = nested ? { nested } : {}
    if (kept) extra.keeps = this.heard[id]!.text === undefined ? 'edits' : 'text'
    return this.partAt(place, origin, kind, extra, `${this.paths[id]}#${this.documents}`)
  }

  private beginPart({ origin, kind, group, kept }: Extract<Shape, { is: 'part' }>, place: Place): Part {
    const extra: { group?: string; keeps?: Kept } = group ? { group: place.path } : {}
    if (kept !== undefined) extra.keeps = kept
    return this.partAt(place, origin, kind, extra)
  }

  private write(node: number, place: Place, form: Write['form'], value: string, below?: string): void {
    let part = place.part ?? this.partAt(place, this.base.origin, 'text')
    if (place.whole && this.isOver(part)) part = this.another(part, place)
    const literal: Span = [this.tape[node + 1]!, this.tape[node + 2]!]
    this.lane(part.id)
    if (place.whole) this.finish(part.id)
    if (part.kept) this.hear(part.id, below === undefined ? place.path : undefined, value)
    this.keep(
      below === undefined
        ? { part: part.id, path: place.path, literal, value, form }
        : { part: part.id, path: below, literal, value, form, seam: true },
    )
  }

  private finish(part: number): void {
    this.found.ends.push(part)
    this.closed ??= new Map()
    if (!this.closed.has(part)) this.closed.set(part, this.documents)
  }

  /** A key is read once, however many events repeat it: what they say of it is one text. */
  private writeKey(node: number, place: Place, key: string, path: string, apartAt = `${place.path}{}`): void {
    const known = `${place.part!.id} ${place.path}\0${key}`
    if (this.keys.has(known)) return
    if (this.keys.size < MAX_KEYS) this.keys.add(known)
    let part = place.part!
    if (this.base.keysApart) {
      part = this.partAt(place, part.origin, 'text', PLAIN, apartAt)
      if (this.isOver(part)) part = this.another(part, place)
      this.finish(part.id)
    }
    const literal: Span = [this.tape[node + 1]!, this.tape[node + 2]!]
    this.lane(part.id)
    this.keep({ part: part.id, path, literal, value: key, form: 'fixed', key: true })
  }

  /** A text that was said before, in one piece. Where it differs, it is a text of its own. */
  private writeCopy(node: number, place: Place, part: Part, value: string): void {
    const said = this.said.get(place.path)
    if (said === undefined || said.from === said.to)
      return this.write(node, { ...place, part }, 'json', value)
    if (value === '') return
    if (!this.says(said, value))
      return this.write(node, { ...place, part: this.another(part, place), whole: true }, 'json', value)
    const literal: Span = [this.tape[node + 1]!, this.tape[node + 2]!]
    this.lane(said.part)
    if (place.whole) this.finish(part.id)
    const { part: id, from: at } = said
    this.keep({ part: id, path: place.path, literal, value, form: 'json', copy: true, at })
  }

  private says({ part, from, to }: Said, value: string): boolean {
    const text = this.heard[part]!.text
    return text !== undefined && to - from === value.length && text.startsWith(value, from)
  }

  /** Keeps what is needed of a part's text to know its copies by, and where offsets into it point. */
  hear(part: number, path: string | undefined, value: string): void {
    const heard = this.heard[part]!
    const from = heard.length
    // A short text is seen through sooner than the expression has begun.
    if (value.length < 64 || ASTRAL.test(value))
      for (let i = 0; i < value.length; i++) {
        const unit = value.charCodeAt(i)
        if (unit >= 0xd800 && unit <= 0xdbff && heard.astral.length < MAX_ASTRAL) heard.astral.push(from + i)
      }
    heard.length += value.length
    if (path !== undefined) {
      const said = this.said.get(path)
      if (said === undefined || said.part !== part) this.said.set(path, { part, from, to: heard.length })
      // What others said in between is counted in: a copy of this alone then is a text of its own.
      else said.to = heard.length
    }
    if (heard.text === undefined) return
    this.keepText(value.length)
    heard.text += value
  }

  private keepText(length: number): void {
    this.heardLength += length
    if (this.heardLength > MAX_KEPT) throw new GateError('upstream.invalid')
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
    if (type === NULL || type === TRUE || type === FALSE) return
    if (!place.whole) return this.anything(node, place, shown)
    const start = tape[node + 1]!
    const end = tape[node + 2]!
    if (type === NUMBER && end - start < LONG) return
    const before = this.wholes.get(place.path)
    if (before?.text.length === end - start && text.startsWith(before.text, start)) {
      for (const write of before.writes) {
        this.lane(write.part)
        this.keep({ ...write, literal: [write.literal[0] + start, write.literal[1] + start], copy: true })
      }
      return
    }
    let part = place.part ?? this.partAt(place, this.base.origin, 'text')
    if (this.isOver(part)) part = this.another(part, place)
    const first = this.found.writes.length
    let at = this.heard[part.id]?.length
    this.anything(node, { ...place, part }, shown, `${place.path}{}`)
    if (at === undefined) return
    const writes: Write[] = []
    for (const write of this.found.writes.slice(first)) {
      if (write.key) continue
      writes.push({ ...write, literal: [write.literal[0] - start, write.literal[1] - start], at })
      at += write.value.length
    }
    this.keepText(end - start)
    this.wholes.set(place.path, { text: text.slice(start, end), writes })
  }

  /** @param keys where keys are read apart; at each of them when absent */
  private anything(node: number, place: Place, shown: string, keys?: string): void {
    const { text, tape } = this
    const type = tape[node]!
    if (type === STRING || type === ESCAPED)
      return this.write(node, place, 'json', stringAt(text, tape, node), shown)
    if (type === NUMBER) {
      const digits = text.slice(tape[node + 1]!, tape[node + 2]!)
      if (digits.replace(/[^0-9]/g, '').length >= LONG) this.write(node, place, 'fixed', digits, shown)
      return
    }
    if (type !== OBJECT && type !== ARRAY) return
    const within: Place =
      place.part === undefined ? { ...place, part: this.partAt(place, this.base.origin, 'text') } : place
    const stop = tape[node + 3]!
    let index = 0
    for (let child = node + 4; child < stop; ) {
      if (type === ARRAY) {
        this.anything(child, { ...within, path: `${place.path}[${index}]` }, `${shown}[${index}]`, keys)
        index++
        child = tape[child + 3]!
        continue
      }
      const key = stringAt(text, tape, child)
      const at = { ...within, path: below(place.path, key) }
      this.writeKey(child, at, key, join(shown, '*'), keys)
      this.anything(child + 4, at, join(shown, shownKey(key)), keys)
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
        if (shape.varies && type === STRING) this.vary(node, 'id')
        if (shape.capture !== undefined) this.capture(shape.capture, node, stringAt(text, tape, node))
        return true
      }
      case 'enum':
        return (
          type === NULL || (type === STRING && shape.values(text, tape[node + 1]!, tape[node + 2]!) === true)
        )
      case 'number':
        if (type !== NUMBER) return type === NULL
        if (shape.varies) this.vary(node, 'number')
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
        // Of an empty list there is nothing to take out.
        if (type !== NULL && !(type === ARRAY && tape[node + 3] === node + 4))
          this.found.repeats.push(this.valueSpan(node))
        return
      case 'withheld':
        if (type !== NULL) this.found.withheld.push({ span: this.valueSpan(node), text: shape.instead })
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
        if (shape.elements) at = { ...place, path: place.path.slice(0, place.path.lastIndexOf('[')) }
        if (shape.at !== undefined) {
          at = { ...place, path: shape.at, scope: shape.at }
          if (!this.scopes.has(shape.at)) this.scopes.set(shape.at, [])
        }
        const part = this.parts.get(at.path) ?? this.beginPart(shape, at)
        return this.walk(node, shape.of, { ...place, part })
      }
      case 'at': // The outer one is `members`' to place.
        if (place.beside === undefined) return this.any(node, place)
        return this.walk(node, shape.of, { ...place, path: this.pathFrom(shape.path, place.beside) })
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
      case 'grows':
        return this.walk(node, shape.of, { ...place, whole: false })
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
        if (of.is === 'at') this.walk(child + 4, of, { ...place, beside: node })
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
    const path = below(place.path, key)
    const at: Place =
      place.part === undefined
        ? { ...place, path, part: this.partAt({ ...place, path }, this.base.origin, 'text') }
        : { ...place, path }
    this.writeKey(node, at, key, join(place.path, '*'))
    return at
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
      const said = this.said.get(path)
      if (said === undefined || !Number.isInteger(at) || at < 0) continue
      const { part, from } = said
      const to = unitsFrom(this.heard[part]!, from, at)
      this.found.offsets.push({ part, literal, says: at, at: to, from, edge })
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

  /** What stands there, quotes included. */
  private valueSpan(node: number): Span {
    const { tape } = this
    const quote = tape[node] === STRING || tape[node] === ESCAPED ? 1 : 0
    return [tape[node + 1]! - quote, tape[node + 2]! + quote]
  }

  private vary(node: number, is: 'id' | 'number'): void {
    this.found.varying.push({ span: [this.tape[node + 1]!, this.tape[node + 2]!], is })
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

  private isIdentifier(node: number): boolean {
    const { text, tape } = this
    const said = tape[node] === ESCAPED ? stringAt(text, tape, node) : text
    const start = tape[node] === ESCAPED ? 0 : tape[node + 1]!
    const end = tape[node] === ESCAPED ? said.length : tape[node + 2]!
    return end > start && identifierEnd(said, start) === end
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

const PLAIN = {}
const NESTED = { nested: true } as const
const NESTED_KEPT = { nested: true, keeps: 'text' } as const

function moved({ part, scope, whole, cites, beside }: Place, path: string): Place {
  return { path, part, scope, whole, cites, beside }
}

const BASE64 = /[A-Za-z0-9+/_=-]*/y

function isBase64(text: string, start: number, end: number): boolean {
  BASE64.lastIndex = start
  BASE64.test(text)
  return BASE64.lastIndex === end
}

/** Where in a part's text stands what is so many code points, as providers count, behind `from`. */
function unitsFrom({ astral }: Heard, from: number, points: number): number {
  let units = from + points
  for (const at of astral) {
    if (at < from) continue
    if (at >= units) break
    units++
  }
  return units
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

function nothing(): Findings {
  return {
    opens: [],
    writes: [],
    lanes: [],
    ends: [],
    repeats: [],
    withheld: [],
    varying: [],
    captured: {},
    citations: [],
    offsets: [],
    scoped: false,
    complete: false,
  }
}
