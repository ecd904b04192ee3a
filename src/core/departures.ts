import { Fifo } from './fifo.ts'
import type { Lane } from './lane.ts'
import type { Pending } from './pending.ts'

/**
 * Decides what may leave, and looks at no unit again for which nothing has changed: an answer can hold back a hundred
 * thousand. A unit stands in a line for each of its lanes and leaves when it is first in all of them and its text is
 * decided. What must not overtake anything waits until the lines are empty, and all that came after it waits behind it.
 */
export class Departures {
  private readonly lines = new Map<Lane, Fifo<Pending>>()
  private readonly behind = new Fifo<Pending>()
  private inLines = 0
  private free: Pending[] = []

  /** Once its lanes have been judged with it. */
  enter(item: Pending): void {
    if (item.lanes === 'all' || this.behind.length > 0) this.behind.push(item)
    else this.line(item, item.lanes)
  }

  /** What may leave now that some lanes have moved, in order of arrival. */
  leave(moved: Iterable<Lane>): Pending[] {
    this.fromLines(new Set(moved))
    for (let first = this.behind.at(0); first !== undefined; first = this.behind.at(0)) {
      if (this.inLines > 0 || !decided(first)) break
      this.behind.shift()
      this.free.push(first)
      const entered = new Set<Lane>()
      for (let next = this.behind.at(0); next !== undefined; next = this.behind.at(0)) {
        if (next.lanes === 'all') break
        this.behind.shift()
        this.line(next, next.lanes)
        for (const lane of next.lanes) entered.add(lane)
      }
      this.fromLines(entered)
    }
    const { free } = this
    this.free = []
    return free.length > 1 ? free.sort((a, b) => a.number - b.number) : free
  }

  private line(item: Pending, lanes: readonly Lane[]): void {
    if (lanes.length === 0 && decided(item)) {
      this.free.push(item)
      return
    }
    this.inLines++
    for (const lane of lanes) {
      const line = this.lines.get(lane)
      if (line !== undefined) line.push(item)
      else {
        const begun = new Fifo<Pending>()
        begun.push(item)
        this.lines.set(lane, begun)
      }
    }
  }

  private fromLines(lanes: Set<Lane>): void {
    for (const lane of lanes) {
      const line = this.lines.get(lane)
      for (let item = line?.at(0); item !== undefined && this.mayLeave(item); item = line?.at(0)) {
        for (const each of item.lanes as readonly Lane[]) {
          this.lines.get(each)!.shift()
          if (each === lane) continue
          // To be looked at again: what stood behind this one is first there now.
          lanes.delete(each)
          lanes.add(each)
        }
        this.inLines--
        this.free.push(item)
      }
    }
  }

  private mayLeave(item: Pending): boolean {
    return (
      decided(item) && (item.lanes as readonly Lane[]).every((each) => this.lines.get(each)?.at(0) === item)
    )
  }
}

/** A part without text (an image) is refused with the unit that opens it. */
function decided({ writes, offsets, opened }: Pending): boolean {
  return (
    writes.every(({ lane, end }) => lane.decided >= end) &&
    offsets.every(({ lane, at }) => lane.decided >= Math.min(at, lane.length)) &&
    opened.every((lane) => !lane.refused)
  )
}
