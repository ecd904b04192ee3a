import type { Lane, PendingWrite } from './lane.ts'
import type { Checks, Part } from './types.ts'

interface Unsent {
  writes: PendingWrite[]
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
  if (marks.length === 0) return
  let next = Math.max(-1, ...lanes.keys()) + 1
  for (const [id, whole] of [...lanes]) {
    const { part } = whole
    if (part.kind !== 'text' || part.origin === 'retrieved' || part.origin === 'tool') continue
    const text = whole.text()
    for (const { between, origin } of marks) {
      const opening = text.indexOf(between[0])
      if (opening < 0) continue
      const start = opening + between[0].length
      const closing = text.lastIndexOf(between[1])
      const end = closing < start ? text.length : closing
      const outside = open(part)
      const inside = open({ ...part, id: next, origin, kind: 'document' })
      for (const item of pending)
        item.writes = item.writes.flatMap((write) =>
          write.lane === whole ? cut(write, start, end, whole, outside, inside) : [write],
        )
      lanes.set(id, outside)
      lanes.set(next++, inside)
      break
    }
  }
}

function cut(
  write: PendingWrite,
  start: number,
  end: number,
  whole: Lane,
  outside: Lane,
  inside: Lane,
): PendingWrite[] {
  const path = whole.pathAt(write.at)
  const pieces: PendingWrite[] = []
  const piece = (to: Lane, from: number, stop: number) => {
    const skip = Math.max(from, write.at) - write.at
    const value = write.value.slice(skip, Math.min(stop, write.end) - write.at)
    if (value === '' && !(write.value === '' && pieces.length === 0)) return
    const at = to.length
    to.append({ path, value, form: write.form }, skip)
    pieces.push({ ...write, lane: to, at, end: to.length, value })
  }
  piece(outside, Number.NEGATIVE_INFINITY, start)
  piece(inside, start, end)
  piece(outside, end, Number.POSITIVE_INFINITY)
  return pieces
}
