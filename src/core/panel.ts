import { after, afterAll, type MaybePromise } from './after.ts'
import { type Decoded, Decoding, isOwn } from './decode/index.ts'
import type { Remembered } from './memory.ts'
import type { NeedleSet } from './needles.ts'
import type { Action, Finding, Hit, Look, Opinion, Part, Rule, View } from './types.ts'
import { breakAtSeams, joinAt, Reading, RuleView, type Seams } from './view.ts'

/** What a filter needs of its exchange. */
export interface FilterContext {
  /** Calls a rule's guard: times it, bounds it and turns its failure into an opinion. */
  look(rule: Rule, inspect: Look, view: View): MaybePromise<Opinion>
  /** The `inspect` of a rule for this exchange. */
  inspector(rule: Rule): Look
  /** What was found in this text before, if it is worth remembering. */
  recall(part: Readonly<Part>, text: string, slow: boolean): Remembered | undefined
  remembered(): void
  find(finding: Finding): void
  /** Lets others have their turn; absent where none wait. */
  turn: (() => Promise<void>) | undefined
  /** Replaces every text of the part's group. */
  drop(part: Readonly<Part>): void
  /** Whether text may have left before the part is complete. */
  streamed: boolean
  /** Record only: hold, edit and block nothing. */
  shadow: boolean
  /** The most characters that may wait for a decision. */
  holdCharacters: number
  /** The most characters of one encoded stretch that are decoded, and what becomes of a longer one unless the boundary says. */
  decode: { characters: number; beyond: Action; answer: boolean }
}

/** The rules of a stage for one kind of part. */
export interface Chosen {
  rules: readonly Rule[]
  /** Those that say what they make of what cannot be read. */
  opaque: readonly Rule[]
  needles: NeedleSet | undefined
  /** Whether one of them takes milliseconds. */
  slow: boolean
  /** Those that are only tried. */
  tried?: Chosen
}

/** A rule reading a part; where the part has seams, once with nothing at a seam and once with a line break. */
export interface Track {
  rule: Rule
  order: number
  inspect: Look
  broken: boolean
  /** Asked only about encoded stretches that could not be decoded. */
  opaque?: true
  /** In this reading's coordinates. */
  settled: number
  /** What it found in windows of a text that is worth remembering whole. */
  hits?: Hit[]
}

/** What a rule says of a reading. */
interface Judged extends Opinion {
  /** Of what is encoded in it: each a finding about the whole encoded stretch, certain from now on. */
  within?: readonly Hit[]
}

type Which = 'joined' | 'broken'

/** Something encoded, read once for all rules. */
interface Within extends Decoded {
  reading: Reading
}

/** A reading and what became certain of what is encoded in it. */
interface Shared {
  which: Which
  reading: Reading
  decode(): readonly Within[]
}

const NOTHING_WITHIN: readonly Within[] = []
const NO_HITS: readonly Hit[] = []
const NO_SEAMS: readonly number[] = []
const NO_TRACKS: readonly Track[] = []

const isOpaque = ({ text }: Decoded): boolean => text === undefined

/** What the rules are shown: text from an offset on. */
interface Shown {
  text: string
  offset: number
  final: boolean
  /** All of a part, of which nothing has left yet. */
  whole: boolean
  seams: Seams
}

export type Answered = readonly [Track, Judged]

/**
 * The rules of one stage that read one part: each is asked about the text, and about what is encoded in it, which is
 * decoded once for all of them.
 */
export class Panel {
  /** Where no rule looks at text, nothing is decoded. */
  private readonly decoding: Partial<Record<Which, Decoding>> = {}
  /** All that was decoded before, for rules that look only at the whole. */
  private readonly decoded: Record<Which, Within[]> = { joined: [], broken: [] }
  /** Made once there is something for them. */
  private opaque: readonly Track[] | undefined
  private readonly chosen: Chosen
  private readonly part: Readonly<Part>
  private readonly context: FilterContext
  readonly tracks: Track[] = []
  /** Whether some rule looks only at the whole. */
  readonly waits: boolean

  constructor(context: FilterContext, part: Readonly<Part>, chosen: Chosen) {
    this.context = context
    this.part = part
    this.chosen = chosen
    for (const rule of chosen.rules) this.tracks.push(this.track(rule, this.tracks.length))
    this.waits = chosen.rules.some(({ guard }) => guard.hold === 'whole')
    const decoding = !isUnreadable(part.kind) && chosen.rules.some((rule) => this.decodes(rule) !== undefined)
    const turned = chosen.rules.some((rule) => this.decodes(rule) === 'all')
    if (decoding) this.decoding.joined = new Decoding(context.decode.characters, turned)
  }

  private track(rule: Rule, order: number): Track {
    return { rule, order, inspect: this.context.inspector(rule), broken: false, settled: 0 }
  }

  /** What a rule is shown of what is encoded. */
  private decodes({ guard }: Rule): 'runs' | 'all' | undefined {
    return this.context.decode.answer && guard.decodeAnswers !== true ? undefined : guard.decode
  }

  /** Those too that are asked only about what could not be decoded. */
  all(): Track[] {
    return [...this.tracks, ...this.opaques()]
  }

  private opaques(): readonly Track[] {
    if (this.opaque !== undefined) return this.opaque
    const { chosen, decoding } = this
    const last = chosen.rules.length
    this.opaque =
      decoding.joined === undefined
        ? NO_TRACKS
        : chosen.opaque.map((rule, i) => ({ ...this.track(rule, last + i), opaque: true }))
    return this.opaque
  }

  /** Who is asked now. */
  asked(final: boolean): readonly Track[] {
    return final || !this.waits ? this.tracks : this.tracks.filter(({ rule }) => rule.guard.hold !== 'whole')
  }

  /** From the first seam on, everything is read twice; but a guard that counts would count twice. */
  breakAtSeams(): void {
    if (this.tracks.some((track) => track.broken)) return
    for (const track of this.tracks.slice())
      if (track.rule.guard.scope === 'part') this.tracks.push({ ...track, broken: true })
    if (this.decoding.joined !== undefined) this.decoding.broken = this.decoding.joined.copy()
    this.decoded.broken.push(...this.decoded.joined)
  }

  ask(asked: readonly Track[], shown: Shown): MaybePromise<Answered[]> {
    const joined = this.read('joined', shown)
    let broken: Shared | undefined
    const waiting: MaybePromise<Answered>[] = []
    for (const track of asked) {
      if (track.broken && broken === undefined) {
        const [text, offset] = breakAtSeams(shown.text, shown.offset, shown.seams)
        broken = this.read('broken', { ...shown, text, offset })
      }
      waiting.push(this.answer(track, track.broken ? broken! : joined, shown))
    }
    if (this.hasOpaque(joined) || (broken !== undefined && this.hasOpaque(broken)))
      for (const track of this.opaques()) {
        waiting.push(this.answer(track, joined, shown))
        if (broken !== undefined) waiting.push(this.answer({ ...track, broken: true }, broken, shown))
      }
    return afterAll(waiting, (given) => given)
  }

  /** Whether something of a reading could not be decoded. What is remembered of it is asked for instead. */
  private hasOpaque({ which, reading, decode }: Shared): boolean {
    if (this.chosen.opaque.length === 0 || this.decoding[which] === undefined) return false
    return (
      reading.remembered !== undefined ||
      decode().some(isOpaque) ||
      (this.waits && this.decoded[which].some(isOpaque))
    )
  }

  private read(which: Which, { text, offset, final, whole }: Shown): Shared {
    const remembered = whole ? this.context.recall(this.part, text, this.chosen.slow) : undefined
    const reading = new Reading(text, offset, remembered, this.chosen.needles)
    let fresh: readonly Within[] | undefined
    const decode = (): readonly Within[] => {
      if (fresh !== undefined) return fresh
      const decoded = this.decoding[which]?.read(text, offset, final) ?? []
      fresh = decoded.map((one) => ({
        ...one,
        reading: new Reading(one.text ?? '', 0, undefined, this.chosen.needles),
      }))
      if (!final && this.waits) this.decoded[which].push(...fresh)
      return fresh
    }
    return { which, reading, decode }
  }

  private answer(
    track: Track,
    { which, reading, decode }: Shared,
    { final, seams }: Shown,
  ): MaybePromise<Answered> {
    const { rule } = track
    const memory = rule.guard.scope === 'part' ? reading.remembered : undefined
    const known = memory?.get(rule.build)
    const end = reading.offset + reading.text.length
    if (known !== undefined) {
      this.context.remembered()
      return [track, { hits: known, settled: end }]
    }
    const opinion = track.opaque
      ? { hits: NO_HITS, settled: end }
      : this.opinion(track, reading, final, seams.at)
    const fresh = track.opaque || this.decodes(rule) !== undefined ? decode() : NOTHING_WITHIN
    const before = rule.guard.hold === 'whole' ? this.decoded[which] : NOTHING_WITHIN
    if (fresh.length === 0 && before.length === 0 && memory === undefined)
      return after(opinion, (given) => [track, given])
    return after(this.within(track, before.length === 0 ? fresh : [...before, ...fresh]), (within) =>
      after(opinion, (given) => {
        const all = [...given.hits, ...within]
        if (!all.some((hit) => hit.code === 'guard.failed')) memory?.set(rule.build, all)
        return [track, { ...given, within }]
      }),
    )
  }

  private opinion(
    track: Track,
    reading: Reading,
    final: boolean,
    seams: readonly number[],
  ): MaybePromise<Opinion> {
    const { rule } = track
    if (final && rule.guard.needles !== undefined && reading.needles(rule).found.length === 0)
      return { hits: NO_HITS, settled: reading.offset + reading.text.length }
    const view = new RuleView(this.part, reading, rule, track.settled, final, seams)
    return this.context.look(rule, track.inspect, view)
  }

  /** What a rule finds in encoded stretches; of each code once a stretch, as what is found stands in all of it. */
  private within(track: Track, decoded: readonly Within[]): MaybePromise<readonly Hit[]> {
    const { rule, inspect, opaque } = track
    const found: MaybePromise<Hit[]>[] = []
    for (const one of decoded) {
      const { span, encoding, text, turned, legible, reading } = one
      if ((text === undefined) !== (opaque === true)) continue
      if (turned && rule.guard.decode === 'runs') continue
      if (rule.guard.needles !== undefined && reading.needles(rule).found.length === 0) continue
      const part = { ...this.part, derived: { encoding, ...(legible && { legible }) } }
      if (opaque) Object.assign(part, { kind: 'opaque', medium: 'a long encoded text' })
      const view = new RuleView(part, reading, rule, 0, true, NO_SEAMS)
      found.push(
        after(this.context.look(rule, inspect, view), ({ hits }) => {
          // What stands in plain text around it was found there.
          const own = legible
            ? hits.filter((hit) => hit.code === 'guard.failed' || isOwn(hit.span, one))
            : hits
          const codes = new Map(own.toReversed().map((hit) => [hit.code, hit]))
          return [...codes.values()].map((hit) => ({
            ...hit,
            reason: `${hit.reason} (${encoding})`,
            span,
            ...(opaque && { usually: this.context.decode.beyond }),
          }))
        }),
      )
    }
    return found.length === 0 ? NO_HITS : afterAll(found, (hits) => hits.flat())
  }

  /** Before this no rule can find anything any more. */
  settled(seams: Seams): number {
    let least = Number.POSITIVE_INFINITY
    for (const track of this.tracks) {
      const settled = track.broken ? joinAt(track.settled, seams) : track.settled
      if (settled < least) least = settled
    }
    const { joined, broken } = this.decoding
    if (joined !== undefined) least = Math.min(least, joined.settled)
    if (broken !== undefined) least = Math.min(least, joinAt(broken.settled, seams))
    return least
  }

  /** Where the text begins that these rules, and what is decoded for them, need. */
  needs(tracks: readonly Track[], seams: Seams): number {
    const { joined, broken } = this.decoding
    let context = joined?.context ?? Number.POSITIVE_INFINITY
    // A reading's line breaks take up context.
    if (broken !== undefined) context = Math.min(context, joinAt(broken.context, seams) - 1)
    for (const { rule, broken: twice, settled } of tracks) {
      const from = twice ? joinAt(settled, seams) - 1 : settled
      context = Math.min(context, from - rule.guard.lookbehind)
    }
    return context
  }
}

/** Whether parts of a kind have no text that could be read. */
export function isUnreadable(kind: Part['kind']): boolean {
  return kind === 'media' || kind === 'opaque'
}
