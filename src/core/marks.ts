import type { Lane } from './lane.ts'
import type { PendingWrite } from './pending.ts'
import type { Checks, Part } from './types.ts'

interface Unsent {
  writes: PendingWrite[]
}

/** Where a lane is cut in two: what stands between is another part. */
interface Cut {
  start: number
  end: number
  outside: Lane
  inside: Lane
}

/**
 * Documents that an application pasted into a message stand between marks that its boundary names. They become parts
 * of their own, of a less trusted origin. From the first opening to the last closing mark, so that a document cannot
 * end itself early; to the end of the text where no closing mark follows.
 */
export function splitAtMarks(
  marks: Checks['marks'],
  lanes: Map<number, Lane>,
  pending: readonly Unsent[],
  open: (part: Part) => Lane,
): void {
  let next = Math.max(-1, ...lanes.keys()) + 1
  for (const { between, origin } of marks) {
    const cuts = new Map<Lane, Cut>()
    for (const [id, whole] of [...lanes]) {
      const { group: _, ...part } = whole.part
      if (part.kind !== 'text' || part.origin === 'retrieved' || part.origin === 'tool') continue
      const text = whole.text()
      const opening = text.indexOf(between[0])
      if (opening < 0) continue
      const start = opening + between[0].length
      const closing = text.lastIndexOf(between[1])
      const end = closing < start ? text.length : closing
      const outside = open(whole.part)
      const inside = open({ ...part, id: next, origin, kind: 'document' })
      cuts.set(whole, { start, end, outside, inside })
      lanes.set(id, outside)
      lanes.set(next++, inside)
    }
    if (cuts.size === 0) continue
    for (const item of pending)
      item.writes = item.writes.flatMap((write) => {
        const cut = cuts.get(write.lane)
        return cut === undefined ? [write] : pieces(write, cut)
      })
  }
}

function pieces(write: PendingWrite, { start, end, outside, inside }: Cut): PendingWrite[] {
  const path = write.lane.pathAt(write.at)
  const cut: PendingWrite[] = []
  const piece = (to: Lane, from: number, stop: number) => {
    const begin = Math.max(from, write.at) - write.at
    const value = write.value.slice(begin, Math.max(begin, Math.min(stop, write.end) - write.at))
    if (value === '' && !(write.value === '' && cut.length === 0)) return
    const skip = (write.skip ?? 0) + begin
    const at = to.append({ ...write, path, value }, skip)
    cut.push({ ...write, lane: to, at, end: to.length, value, skip })
  }
  piece(outside, Number.NEGATIVE_INFINITY, start)
  piece(inside, start, end)
  piece(outside, end, Number.POSITIVE_INFINITY)
  return cut
}
