import type { Lane } from './lane.ts'
import type { Offset, Span, Unit, Write } from './types.ts'

/** A literal of a unit that waits to leave, and its share of a lane's text. */
export interface PendingWrite {
  lane: Lane
  at: number
  end: number
  literal: Span
  form: Write['form']
  value: string
  key?: true
  /** Where a mark cut the string on the wire: offset in it at which this piece begins. */
  skip?: number
}

export type PendingOffset = Omit<Offset, 'part'> & { lane: Lane }

/** A unit that waits to leave. */
export interface Pending {
  /** Its place in the order of arrival. */
  number: number
  unit: Unit
  writes: PendingWrite[]
  offsets: readonly PendingOffset[]
  /** Lanes of parts that begin with it. */
  opened: readonly Lane[]
  /** Whose earlier units it must not overtake. */
  lanes: 'all' | readonly Lane[]
}
