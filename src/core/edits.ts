import { countBefore, Fifo } from './fifo.ts'

/** A stretch of decided text and the source text that it stands for. An unedited run says exactly its source. */
export interface Run {
  text: string
  from: number
  to: number
  edited: boolean
  /** The text is a placeholder for this masked value; numbered when the whole request is known. */
  token?: { label: string; value: string }
}

export interface TextEdit {
  start: number
  end: number
  replace: string
  /** Label of the token that is to stand there, once it can be numbered. */
  token?: string
  /** Declaration order of the rule: decides between edits of the same span. */
  order: number
}

/** Earliest start, then longest, then first declared. */
function precedence(a: TextEdit, b: TextEdit): number {
  return a.start - b.start || b.end - a.end || a.order - b.order
}

/** Overlapping edits unite; the first by precedence decides the replacement. */
export function unite(edits: TextEdit[]): TextEdit[] {
  edits.sort(precedence)
  const united: TextEdit[] = []
  for (const edit of edits) {
    const last = united.at(-1)
    if (last === undefined || edit.start >= last.end) united.push({ ...edit })
    else if (edit.end > last.end) last.end = edit.end
  }
  return united
}

interface Entry {
  run: Run
  at: number
  end: number
}

/**
 * Text that flows through a stage: runs come in, their concatenation is what the stage's guards read, and runs go out
 * with edits applied, still saying which source text they stand for. What an earlier stage wrote is never cut in two.
 */
export class RunQueue {
  length = 0
  /** How much has been released. */
  out = 0
  private readonly queue = new Fifo<Entry>()
  /** How much of the source has come in. */
  private sourceEnd = 0

  push(run: Run): void {
    const at = this.length
    this.length += run.text.length
    this.sourceEnd = run.to
    this.queue.push({ run, at, end: this.length })
  }

  /** The source span of a span of this queue's text that has not left yet; edited runs count whole. */
  sourceSpan(start: number, end: number): [number, number] {
    const first = this.holding(start)
    const last = this.holding(end - 1)
    const from =
      first === undefined
        ? this.sourceEnd
        : first.run.edited
          ? first.run.from
          : first.run.from + start - first.at
    const to = last === undefined ? from : last.run.edited ? last.run.to : last.run.from + end - last.at
    return [from, to]
  }

  /** Where text may be cut at or before `limit`: not inside an earlier stage's edit. */
  boundary(limit: number): number {
    const entry = this.holding(limit)
    return entry?.run.edited ? entry.at : limit
  }

  /** Releases the text before `limit`, a boundary, with `edits` (united, none beyond `limit`) applied. */
  release(limit: number, edits: readonly TextEdit[], read: (start: number, end: number) => string): Run[] {
    const released: Run[] = []
    if (edits.length > 0)
      for (const edit of this.grown(edits, read)) {
        this.releasePlain(edit.start, released)
        const [from, to] = this.sourceSpan(edit.start, edit.end)
        const run: Run = { text: edit.replace, from, to, edited: true }
        if (edit.token !== undefined) run.token = { label: edit.token, value: read(edit.start, edit.end) }
        released.push(run)
        this.out = edit.end
        // What an earlier stage emptied stands at its end, and is not part of it.
        for (let next = this.queue.at(0); next !== undefined && next.at < edit.end; next = this.queue.at(0)) {
          if (next.end > edit.end) break
          this.queue.shift()
        }
      }
    this.releasePlain(limit, released)
    return released
  }

  private releasePlain(end: number, released: Run[]): void {
    for (let next = this.queue.at(0); next !== undefined; next = this.queue.at(0)) {
      const { run, at, end: runEnd } = next
      if (run.edited ? runEnd > end : at >= end) return
      if (run.edited) released.push(run)
      else {
        const stop = Math.min(runEnd, end)
        if (stop > this.out) released.push(slice(run, at, Math.max(at, this.out), stop))
        this.out = Math.max(this.out, stop)
        if (stop < runEnd) return
      }
      this.out = Math.max(this.out, Math.min(runEnd, end))
      this.queue.shift()
    }
  }

  /** The run that holds the character at `at`. */
  private holding(at: number): Entry | undefined {
    const { queue } = this
    // The last that begins at or before it: those that are empty come before the one that holds the character.
    const entry = queue.at(countBefore(queue.length, (i) => queue.at(i)!.at <= at) - 1)
    return entry !== undefined && at < entry.end ? entry : undefined
  }

  /** Edits grown over the earlier stage's edits that they cut into, keeping what they do not touch of them. */
  private grown(edits: readonly TextEdit[], read: (start: number, end: number) => string): TextEdit[] {
    const grown: TextEdit[] = []
    let done = 0
    for (const edit of edits) {
      const first = this.holding(edit.start)
      const last = this.holding(edit.end - 1)
      const start = first?.run.edited ? first.at : edit.start
      const end = last?.run.edited ? last.end : edit.end
      const replace = edit.replace + read(edit.end, end)
      const before = grown.at(-1)
      if (before !== undefined && start < before.end) {
        // Both cut into the same: what the one before has kept of it ends where this one begins.
        const kept = before.replace.length - (before.end - done)
        before.replace = before.replace.slice(0, kept) + read(done, edit.start) + replace
        before.end = end
        delete before.token
      } else {
        grown.push({ ...edit, start, end, replace: read(start, edit.start) + replace })
        if (start < edit.start || end > edit.end) delete grown.at(-1)!.token
      }
      done = edit.end
    }
    return grown
  }
}

function slice(run: Run, at: number, start: number, end: number): Run {
  if (start === at && end === at + run.text.length) return run
  return {
    text: run.text.slice(start - at, end - at),
    from: run.from + start - at,
    to: run.from + end - at,
    edited: false,
  }
}
