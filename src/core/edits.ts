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

/**
 * Text that flows through a stage: runs come in, their concatenation is what the stage's guards read, and runs go out
 * with edits applied, still saying which source text they stand for. What an earlier stage wrote is never cut in two.
 */
export function runQueue() {
  let queue: { run: Run; at: number; end: number }[] = []
  let length = 0
  let out = 0

  /** The run that holds the character at `at`. */
  const holding = (at: number) => queue.find((entry) => entry.at <= at && at < entry.end)

  /** Grows an edit over the earlier stage's edits that it cuts into, keeping what it does not touch of them. */
  function grow(edit: TextEdit): TextEdit {
    const first = holding(edit.start)
    const last = holding(edit.end - 1)
    const grown = { ...edit }
    if (first?.run.edited && first.at < edit.start) {
      grown.start = first.at
      grown.replace = first.run.text.slice(0, edit.start - first.at) + grown.replace
      delete grown.token
    }
    if (last?.run.edited && edit.end < last.end) {
      grown.end = last.end
      grown.replace += last.run.text.slice(edit.end - last.at)
      delete grown.token
    }
    return grown
  }

  function sourceSpan(start: number, end: number): [number, number] {
    const first = holding(start)
    const last = holding(end - 1)
    const from =
      first === undefined ? 0 : first.run.edited ? first.run.from : first.run.from + start - first.at
    const to = last === undefined ? from : last.run.edited ? last.run.to : last.run.from + end - last.at
    return [from, to]
  }

  return {
    get length() {
      return length
    },
    get out() {
      return out
    },
    push(run: Run): void {
      queue.push({ run, at: length, end: length + run.text.length })
      length += run.text.length
    },
    /** The source span of a span of this queue's text that has not left yet; edited runs count whole. */
    sourceSpan,
    /** Where text may be cut at or before `limit`: not inside an earlier stage's edit. */
    boundary(limit: number): number {
      const entry = holding(limit)
      return entry?.run.edited ? entry.at : limit
    },
    /** Releases the text before `limit`, a boundary, with `edits` (united, none beyond `limit`) applied. */
    release(limit: number, edits: readonly TextEdit[], read: (start: number, end: number) => string): Run[] {
      const released: Run[] = []
      let head = 0
      const plain = (end: number) => {
        while (head < queue.length) {
          const { run, at, end: runEnd } = queue[head]!
          if (run.edited ? runEnd > end : at >= end) break
          if (run.edited) released.push(run)
          else {
            const stop = Math.min(runEnd, end)
            if (stop > out) released.push(slice(run, at, Math.max(at, out), stop))
            out = Math.max(out, stop)
            if (stop < runEnd) break
          }
          out = Math.max(out, Math.min(runEnd, end))
          head++
        }
      }
      for (const edit of unite(edits.map(grow))) {
        plain(edit.start)
        const [from, to] = sourceSpan(edit.start, edit.end)
        const run: Run = { text: edit.replace, from, to, edited: true }
        if (edit.token !== undefined) run.token = { label: edit.token, value: read(edit.start, edit.end) }
        released.push(run)
        out = edit.end
        while (head < queue.length && queue[head]!.end <= edit.end) head++
      }
      plain(limit)
      if (head > 0) queue = queue.slice(head)
      return released
    },
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
