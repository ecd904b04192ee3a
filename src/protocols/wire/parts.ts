import { GateError } from '../../core/errors.ts'
import { countBefore } from '../../core/fifo.ts'
import type { Kind, Offset, Origin, Part, Span, Write } from '../../core/types.ts'
import { Nodes } from './nodes.ts'
import { type Findings, nothing, type Place } from './place.ts'
import type { Capture, Kept, Shape } from './shape.ts'

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
const LONG_PATH = 256
/** The most text that is kept to be compared with its copies. */
const MAX_KEPT = 16 * 1024 * 1024
/** Offsets behind so many characters of two units are not exact; an answer of nothing else would fill the memory. */
const MAX_ASTRAL = 1024 * 1024
const PLAIN = {}

export interface Base {
  origin: Origin
  /** Keys are parts of their own, complete when they come, where values go on growing. */
  keysApart?: true
}

/**
 * The parts of one direction of one exchange, and what was said in them. They are known by their path, so that the
 * deltas of a stream add to the part that an earlier one began.
 */
export class Parts extends Nodes {
  protected readonly parts = new Map<string, Part>()
  protected readonly scopes = new Map<string, number[]>()
  protected readonly keys = new Set<string>()
  /** What stands for a long path of keys: an answer's keys are known by their paths, and each would hold all above it. */
  private readonly longPaths = new Map<string, string>()
  /** What `kept` parts have said, by their id. */
  protected readonly heard: Heard[] = []
  protected heardLength = 0
  protected readonly said = new Map<string, Said>()
  protected readonly wholes = new Map<string, Whole>()
  /** Of parts that are said at several places, one after the other: where, and where before. */
  private joined: Map<number, { at: string; before: Set<string> }> | undefined
  /** What parts are known by. */
  protected readonly paths: string[] = []
  /** In which document a part was last named, by the part's id. */
  protected readonly named: number[] = []
  protected documents = 0
  /** Parts that are complete, and with which document. */
  protected closed: Map<number, number> | undefined
  protected found: Findings = nothing()
  protected cited: { path: string; literal: Span; at: number; edge: Offset['edge'] }[] = []
  protected readonly base: Base

  constructor(base: Base) {
    super()
    this.base = base
  }

  protected partAt(
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
  protected isOver({ id }: Part): boolean {
    const closed = this.closed?.get(id)
    return closed !== undefined && closed < this.documents
  }

  /** What stands where a part did that is complete, or says something else than it did: one for each document. */
  protected another({ id, origin, kind, nested, kept }: Part, place: Place): Part {
    const extra: { nested?: true; keeps?: Kept } = nested ? { nested } : {}
    if (kept) extra.keeps = this.heard[id]!.text === undefined ? 'edits' : 'text'
    return this.partAt(place, origin, kind, extra, `${this.paths[id]}#${this.documents}`)
  }

  protected beginPart({ origin, kind, group, kept }: Extract<Shape, { is: 'part' }>, place: Place): Part {
    const extra: { group?: string; keeps?: Kept } = group ? { group: place.path } : {}
    if (kept !== undefined) extra.keeps = kept
    return this.partAt(place, origin, kind, extra)
  }

  protected write(node: number, place: Place, form: Write['form'], value: string, below?: string): void {
    let part = place.part ?? this.partAt(place, this.base.origin, 'text')
    if (place.whole && this.isOver(part)) part = this.another(part, place)
    const literal: Span = [this.tape[node + 1]!, this.tape[node + 2]!]
    this.lane(part.id)
    if (place.whole) this.finish(part.id)
    if (this.joined !== undefined && value !== '') this.inOrder(part.id, place.path)
    if (part.kept) this.hear(part.id, below === undefined ? place.path : undefined, value)
    this.keep(
      below === undefined
        ? { part: part.id, path: place.path, literal, value, form }
        : { part: part.id, path: below, literal, value, form, seam: true },
    )
  }

  protected joins(part: number): void {
    this.joined ??= new Map()
    if (!this.joined.has(part)) this.joined.set(part, { at: '', before: new Set() })
  }

  /** Its reader has what comes at an earlier place before what was read last: that would be another text. */
  private inOrder(part: number, path: string): void {
    const joined = this.joined!.get(part)
    if (joined === undefined || joined.at === path) return
    if (joined.before.has(path)) throw new GateError('upstream.invalid')
    joined.before.add(joined.at)
    joined.at = path
  }

  protected finish(part: number): void {
    this.found.ends.push(part)
    this.closed ??= new Map()
    if (!this.closed.has(part)) this.closed.set(part, this.documents)
  }

  /** A key is read once, however many events repeat it: what they say of it is one text. */
  protected writeKey(
    node: number,
    place: Place,
    key: string,
    path: string,
    apartAt = `${place.path}{}`,
  ): void {
    let part = place.part!
    if (this.base.keysApart) {
      const known = `${part.id} ${place.path}`
      if (this.keys.has(known)) return
      if (this.keys.size < MAX_KEYS) this.keys.add(known)
      part = this.partAt(place, part.origin, 'text', PLAIN, apartAt)
      if (this.isOver(part)) part = this.another(part, place)
      this.finish(part.id)
    }
    const literal: Span = [this.tape[node + 1]!, this.tape[node + 2]!]
    this.lane(part.id)
    this.keep({ part: part.id, path, literal, value: key, form: 'fixed', key: true })
  }

  /** Written so that no key can stand for a path of the protocol's own (`messages[0].content`), and take its part. */
  protected below(path: string, key: string): string {
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

  /** A text that was said before, in one piece. Where it differs, it is a text of its own. */
  protected writeCopy(node: number, place: Place, part: Part, value: string): void {
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

  protected says({ part, from, to }: Said, value: string): boolean {
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

  protected keepText(length: number): void {
    this.heardLength += length
    if (this.heardLength > MAX_KEPT) throw new GateError('upstream.invalid')
  }

  protected lane(part: number): void {
    if (this.named[part] === this.documents) return
    this.named[part] = this.documents
    this.found.lanes.push(part)
  }

  /** Megabytes of texts of one character would take a hundred times their size. */
  protected keep(write: Write): void {
    if (this.found.writes.push(write) > MAX_TEXTS) throw new GateError('body.too_large')
  }

  protected offset(node: number, { cites }: Place, edge: Offset['edge']): void {
    const { text, tape } = this
    const literal: Span = [tape[node + 1]!, tape[node + 2]!]
    if (cites !== undefined)
      this.cited.push({ path: cites, literal, at: Number(text.slice(literal[0], literal[1])), edge })
  }

  /** The text that offsets are into may stand behind them in the same document. */
  protected placeOffsets(): void {
    for (const { path, literal, at, edge } of this.cited) {
      const said = this.said.get(path)
      if (said === undefined || !Number.isInteger(at) || at < 0) continue
      const { part, from } = said
      const to = unitsFrom(this.heard[part]!, from, at)
      this.found.offsets.push({ part, literal, says: at, at: to, from, edge })
    }
    this.cited = []
  }

  protected vary(node: number, is: 'id' | 'number'): void {
    this.found.varying.push({ span: [this.tape[node + 1]!, this.tape[node + 2]!], is })
  }

  protected capture(name: Capture, node: number, value: string): void {
    this.found.captured[name] = { value, span: [this.tape[node + 1]!, this.tape[node + 2]!] }
  }
}

/** Where in a part's text stands what is so many code points, as providers count, behind `from`. */
function unitsFrom({ astral }: Heard, from: number, points: number): number {
  const before = countBefore(astral.length, (i) => astral[i]! < from)
  const end = from + points
  return end + countBefore(astral.length - before, (i) => astral[before + i]! - i < end)
}
