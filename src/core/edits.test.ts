import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { times } from '../../test/seed.ts'
import { type Run, RunQueue, type TextEdit, unite } from './edits.ts'
import { rewritten } from './nested.ts'

const edit = (start: number, end: number, replace: string, order = 0): TextEdit => ({
  start,
  end,
  replace,
  order,
})
const plain = (text: string, from = 0): Run => ({ text, from, to: from + text.length, edited: false })

/** What a source text says after runs that stand for parts of it. */
function applied(source: string, runs: readonly Run[]): string {
  let out = ''
  let at = 0
  for (const run of runs) {
    expect(run.from).toBeGreaterThanOrEqual(at)
    if (!run.edited) expect(source.slice(run.from, run.to)).toBe(run.text)
    out += source.slice(at, run.from) + run.text
    at = run.to
  }
  return out + source.slice(at)
}

const texts = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'é'), maxLength: 24 })
const editsOf = (length: number) =>
  length === 0
    ? fc.constant<TextEdit[]>([])
    : fc.array(
        fc
          .tuple(fc.nat(length), fc.nat(length), fc.constantFrom('', 'X', 'YYY', '[Z]'), fc.nat(2))
          .map(([a, b, replace, order]) => edit(Math.min(a, b), Math.max(a, b), replace, order))
          .filter(({ start, end }) => start < end),
        { maxLength: 6 },
      )

/** Edits applied to a string, as the design words it. */
function plainly(text: string, edits: readonly TextEdit[]): string {
  const ordered = [...edits].sort((a, b) => a.start - b.start || b.end - a.end || a.order - b.order)
  let out = ''
  let at = 0
  for (let i = 0; i < ordered.length; ) {
    const first = ordered[i]!
    let end = first.end
    let next = i + 1
    while (next < ordered.length && ordered[next]!.start < end) end = Math.max(end, ordered[next++]!.end)
    out += text.slice(at, first.start) + first.replace
    at = end
    i = next
  }
  return out + text.slice(at)
}

describe('unite', () => {
  it('unites what overlaps, and the earliest, then longest, then first declared decides', () => {
    expect(unite([edit(4, 9, 'b'), edit(2, 5, 'a')])).toEqual([edit(2, 9, 'a')])
    expect(unite([edit(2, 5, 'short'), edit(2, 7, 'long', 1)])).toEqual([edit(2, 7, 'long', 1)])
    expect(unite([edit(2, 5, 'second', 1), edit(2, 5, 'first', 0)])).toEqual([edit(2, 5, 'first')])
    expect(unite([edit(1, 9, 'out'), edit(3, 4, 'in')])).toEqual([edit(1, 9, 'out')])
    expect(unite([edit(1, 3, 'a'), edit(3, 4, 'b')])).toEqual([edit(1, 3, 'a'), edit(3, 4, 'b')])
    expect(unite([edit(1, 3, 'a'), edit(2, 4, 'b'), edit(3, 6, 'c')])).toEqual([edit(1, 6, 'a')])
  })

  it('leaves no two that overlap, and covers just what was covered', () => {
    fc.assert(
      fc.property(editsOf(20), (edits) => {
        const covered = (of: readonly TextEdit[]) =>
          new Set(of.flatMap(({ start, end }) => Array.from({ length: end - start }, (_, i) => start + i)))
        const before = covered(edits)
        const united = unite(edits.map((each) => ({ ...each })))
        expect(covered(united)).toEqual(before)
        for (const [i, each] of united.entries())
          if (i > 0) expect(united[i - 1]!.end).toBeLessThanOrEqual(each.start)
      }),
    )
  })
})

describe('RunQueue', () => {
  it('releases text with edits, in any pieces, as if it had come in one', () => {
    const given = texts.chain((text) =>
      fc.tuple(fc.constant(text), editsOf(text.length), fc.array(fc.nat(text.length), { maxLength: 5 })),
    )
    fc.assert(
      fc.property(given, ([text, edits, cuts]) => {
        const united = unite(edits)
        const queue = new RunQueue()
        const out: Run[] = []
        let at = 0
        for (const cut of [...cuts.sort((a, b) => a - b), text.length]) {
          if (cut > at) queue.push(plain(text.slice(at, cut), at))
          at = cut
          let limit = cut
          for (const each of united) if (each.start < limit && each.end > limit) limit = each.start
          const ready = united.filter((each) => each.start >= queue.out && each.end <= limit)
          out.push(...queue.release(queue.boundary(limit), ready, (start, end) => text.slice(start, end)))
        }
        expect(applied(text, out)).toBe(plainly(text, edits))
      }),
      { numRuns: times(1000) },
    )
  })

  it('a second stage reads what the first wrote, and both edits hold in the source', () => {
    const given = texts.chain((text) =>
      editsOf(text.length).chain((first) => {
        const middle = plainly(text, first)
        return fc.tuple(fc.constant(text), fc.constant(first), fc.constant(middle), editsOf(middle.length))
      }),
    )
    fc.assert(
      fc.property(given, ([text, first, middle, second]) => {
        const one = new RunQueue()
        one.push(plain(text))
        const runs = one.release(text.length, unite(first), (start, end) => text.slice(start, end))
        const two = new RunQueue()
        for (const run of runs) two.push(run)
        expect(two.length).toBe(middle.length)
        const out = two.release(middle.length, unite(second), (start, end) => middle.slice(start, end))
        expect(applied(text, out)).toBe(plainly(middle, second))
      }),
      { numRuns: times(2000) },
    )
  })

  it('what an earlier stage took out stays out beside a later edit', () => {
    const queue = new RunQueue()
    queue.push(plain('[A_1]'))
    queue.push({ text: '', from: 5, to: 11, edited: true })
    queue.push(plain('!', 11))
    const out = queue.release(6, [edit(0, 5, 'bob')], (start, end) => '[A_1]!'.slice(start, end))
    expect(applied('[A_1]secret!', out)).toBe('bob!')
  })

  it('knows where in the source a place at the end stands', () => {
    const queue = new RunQueue()
    queue.push(plain('abc'))
    expect(queue.sourceSpan(3, 3)).toEqual([3, 3])
    queue.push({ text: 'XY', from: 3, to: 9, edited: true })
    expect([queue.sourceSpan(5, 5), queue.sourceSpan(4, 5), queue.boundary(4)]).toEqual([[9, 9], [3, 9], 3])
  })
})

describe('rewritten', () => {
  it('gives each literal its share, a replacement to the one where its span starts', () => {
    const given = texts.chain((text) =>
      fc.tuple(fc.constant(text), editsOf(text.length), fc.array(fc.nat(text.length), { maxLength: 4 })),
    )
    fc.assert(
      fc.property(given, ([text, edits, cuts]) => {
        const queue = new RunQueue()
        queue.push(plain(text))
        const runs = queue
          .release(text.length, unite(edits), (start, end) => text.slice(start, end))
          .filter((run) => run.edited)
        const at = [0, ...cuts.sort((a, b) => a - b)]
        const said = at.map((from, i) => {
          const value = text.slice(from, at[i + 1] ?? text.length)
          return rewritten(value, from, runs) ?? value
        })
        expect(said.join('')).toBe(plainly(text, edits))
      }),
    )
    expect(rewritten('abc', 3, [{ text: 'X', from: 0, to: 3, edited: true }])).toBeUndefined()
  })
})
