import { after, type MaybePromise } from './after.ts'
import { askedOf, compares } from './asked.ts'
import { Departures } from './departures.ts'
import { GateError } from './errors.ts'
import type { Exchange } from './exchange.ts'
import { type History, historyOf } from './history.ts'
import { type Direction, isText, Judge, type Released, readsText } from './judge.ts'
import type { Lane } from './lane.ts'
import { splitAtMarks } from './marks.ts'
import type { Pending } from './pending.ts'
import { WINDOW } from './turns.ts'
import type { Finding, Unit } from './types.ts'

/** What may leave after a push: whole units in order, with the verdict's edits in them. */
export interface Release {
  units: Released[]
  /** The first blocking finding; nothing follows it. */
  block?: Finding
}

/**
 * Hold, judge, edit, release: the one machine behind a buffered body, a stream and `/v1/inspect`. It does no I/O.
 * A stream's pushes must wait for each other's result; a body's units are all pushed before `end`.
 */
export interface Session {
  /**
   * Of a stream: what can be released at once. Of a body: nothing, before `end`.
   * Throws `GateError` `upstream.invalid` when too much framing waits.
   */
  push(unit: Unit): MaybePromise<Release>
  /** No more units come. */
  end(): MaybePromise<Release>
}

export interface SessionOptions {
  direction: Direction
  stream: boolean
  /** Parts of a request that has been looked at already. */
  again?: boolean
}

export function openSession(
  exchange: Exchange,
  { direction, stream, again = false }: SessionOptions,
): Session {
  return stream ? new StreamSession(exchange, direction, true) : new BodySession(exchange, direction, again)
}

/**
 * Whether a unit leaves as it came, because no rule of this direction looks at anything that it holds: then there is
 * no need of a session.
 */
export function passesAll(exchange: Exchange, direction: 'request' | 'answer', unit: Unit): boolean {
  if (direction === 'request' && compares(exchange.checks)) return false
  return !readsText(exchange, direction) && unit.splices.length === 0 && unit.opens.every(isText)
}

const NOTHING: Release = { units: [] }
/** The most of a stream, its framing included, that waits for a decision. */
const MAX_HELD = 16 * 1024 * 1024

/** All is judged at the end, and leaves or does not. */
class BodySession extends Judge implements Session {
  private readonly units: Pending[] = []
  private history: History | undefined
  /** Characters of all units. */
  private length = 0
  /** Whether the whole of a request is read. */
  private readonly whole: boolean

  constructor(exchange: Exchange, direction: Direction, again: boolean) {
    super(exchange, direction, false)
    this.whole = direction === 'request' && !again
  }

  push(unit: Unit): Release {
    const { whole } = this
    if (whole && this.units.length === 0) this.history = historyOf(this.exchange, unit)
    if (whole && compares(this.exchange.checks)) this.exchange.asked = askedOf(this.exchange, unit)
    this.length += unit.text.length
    const { item } = this.take(unit, this.history)
    this.units.push(item)
    return NOTHING
  }

  end(): MaybePromise<Release> {
    const { direction, exchange, lanes } = this
    if (direction === 'request' && exchange.checks.marks.length > 0)
      splitAtMarks(exchange.checks.marks, lanes, this.units, (part) => this.lane(part))
    const { history, turn } = this
    const begun = history === undefined ? undefined : (part: number) => history.passed(part)
    const advanced =
      turn !== undefined && this.length > WINDOW
        ? this.advanceSlowly(lanes.values(), turn, begun)
        : this.advance(lanes.values(), () => true, begun)
    return after(advanced, () => this.release())
  }

  private release(): Release {
    if (this.blocked !== undefined) return { units: [], block: this.blocked }
    if (this.direction !== 'answer') this.numberTokens()
    this.history?.keep()
    return { units: this.units.map((item) => this.leaving(item)) }
  }

  /** Masked values are numbered when all are known, in the conversation's order and not in that of the stages. */
  private numberTokens(): void {
    const { exchange, units } = this
    if (exchange.verdict !== 'transform') return
    const ordered = new Set(units.flatMap(({ writes }) => writes.map((write) => write.lane)))
    const runs = [...ordered].flatMap((each) => each.tokens())
    if (runs.length === 0) return
    for (const { unit } of units) for (const { value } of unit.writes) exchange.vault.reserve(value)
    for (const run of runs) run.text = exchange.vault.token(run.token!.label, run.token!.value)
  }
}

/** What no rule can still change leaves at once. */
class StreamSession extends Judge implements Session {
  private readonly departures = new Departures()
  /** Characters of the units that wait. */
  private held = 0

  push(unit: Unit): MaybePromise<Release> {
    if (this.blocked !== undefined) return { units: [], block: this.blocked }
    const { item, touched } = this.take(unit)
    this.held += unit.text.length
    const ends = this.known(unit.ends)
    for (const each of ends) if (!touched.includes(each)) touched.push(each)
    return after(
      this.advance(touched, (each) => ends.includes(each)),
      () => {
        this.departures.enter(item)
        const released = this.release(touched)
        if (this.held > MAX_HELD) throw new GateError('upstream.invalid')
        return released
      },
    )
  }

  end(): MaybePromise<Release> {
    if (this.blocked !== undefined) return { units: [], block: this.blocked }
    return after(
      this.advance(this.lanes.values(), () => true),
      () => this.release(this.lanes.values()),
    )
  }

  /** Lets go what is decided now that some lanes have moved. */
  private release(moved: Iterable<Lane>): Release {
    const units = this.departures.leave(moved).map((item) => {
      this.held -= item.unit.text.length
      return this.leaving(item)
    })
    return this.blocked === undefined ? { units } : { units, block: this.blocked }
  }
}
