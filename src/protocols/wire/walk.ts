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
import type { Write } from '../../core/types.ts'
import { isBase64 } from './nodes.ts'
import { type Base, Parts } from './parts.ts'
import { type Findings, join, keyBelow, moved, nothing, type Place, ROOT, rename } from './place.ts'
import { fold, type Shape } from './shape.ts'

/** Digits of a number that may be somebody's. */
const LONG = 7
const NESTED = { nested: true } as const
const NESTED_KEPT = { nested: true, keeps: 'text' } as const

/**
 * Reads the documents of one direction of one exchange: the one body of a request, the events of an answer.
 *
 * A class, as every call makes two and a function's helpers would be made anew for each.
 */
export class Walker extends Parts {
  private finished: string[] = []
  private readonly root: Shape

  constructor(root: Shape, base: Base) {
    super(base)
    this.root = root
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
        if (this.isShort(child)) {
          index++
          child = tape[child + 3]!
          continue
        }
        const step = `[${index++}]`
        this.anything(child, { ...within, path: place.path + step }, deeper(shown, step), keys)
        child = tape[child + 3]!
        continue
      }
      const key = stringAt(text, tape, child)
      // A request comes once: what is in a part needs no path to be known by.
      const at = this.base.keysApart ? { ...within, path: this.below(place.path, key) } : within
      this.writeKey(child, at, key, keyBelow(shown, '*'), keys)
      this.anything(child + 4, at, keyBelow(shown, shownKey(key)), keys)
      child = tape[child + 7]!
    }
  }

  /** Nothing that anybody reads: of such values there may be millions, each of which would be given its path. */
  private isShort(node: number): boolean {
    const { tape } = this
    const type = tape[node]!
    return (
      type === NULL ||
      type === TRUE ||
      type === FALSE ||
      (type === NUMBER && tape[node + 2]! - tape[node + 1]! < LONG)
    )
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
        if (shape.capture !== undefined)
          this.capture(shape.capture, node, text.slice(...this.valueSpan(node)))
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
        if (shape.at !== undefined) this.joins(part.id)
        if (shape.answer) part.answer = true
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
        else if (shape.begins) throw new GateError('upstream.invalid')
        if (shape.begins) this.found.begins = true
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
    const { tape } = this
    const stop = tape[node + 3]!
    let position = 0
    for (let child = node + 4; child < stop; child = tape[child + 3]!) {
      const says = shape.by !== undefined && tape[child] === OBJECT ? this.field(child, shape.by) : undefined
      const index = this.index(says) ?? position
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
    const path = this.below(place.path, key)
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
}

type Leaf = Extract<Shape, { is: 'id' | 'enum' | 'number' | 'boolean' }>

function isLeaf(shape: Shape): shape is Leaf {
  return shape.is === 'id' || shape.is === 'enum' || shape.is === 'number' || shape.is === 'boolean'
}
