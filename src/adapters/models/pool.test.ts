import { afterEach, expect, test } from 'vitest'
import { virtualClock } from '../../../test/virtual-clock.ts'
import { openPool, type Pool, type PoolOptions, ROWS, type ThreadEvents } from './pool.ts'
import type { Batch } from './protocol.ts'

interface FakeThread {
  events: ThreadEvents
  batches: Batch[]
  stopped: boolean
  /** Answers the oldest batch: each row with its first token. */
  answer(): void
}

function fakes() {
  const threads: FakeThread[] = []
  const start: PoolOptions['start'] = (events) => {
    const thread: FakeThread = {
      events,
      batches: [],
      stopped: false,
      answer() {
        const { ids, lengths, embed } = thread.batches.shift()!
        const first = lengths.map((_, row) => ids[(row * ids.length) / lengths.length]!)
        const logits = Float32Array.from(first.flatMap((id) => [id, -id]))
        events.reply({
          logits,
          ...(embed && { embedding: Float32Array.from(first.flatMap((id) => [id, 0, 1])) }),
        })
      },
    }
    threads.push(thread)
    return {
      send: (batch) => void thread.batches.push(batch),
      async stop() {
        thread.stopped = true
        events.gone(new Error('stopped'))
      },
    }
  }
  return { threads, start }
}

let pool: Pool
afterEach(() => pool.close())

async function opened(more: Partial<PoolOptions> = {}) {
  const { threads, start } = fakes()
  const clock = virtualClock()
  const opening = openPool({ threads: 2, queue: 256, patience: 500, clock, start, ...more })
  for (const { events } of threads) events.warm({ dimensions: 3 })
  pool = await opening
  return { pool, threads, clock }
}

const open = () => new AbortController().signal
const window = (id: number, length = 10) => Int32Array.from({ length }, () => id)
const many = (from: number, count: number, length?: number) =>
  Array.from({ length: count }, (_, i) => window(from + i, length))
const firsts = (rows: readonly Float32Array[]) => rows.map(([first]) => first)

test('it is open when every thread is warm', async () => {
  const { threads, start } = fakes()
  let open = false
  const opening = openPool({ threads: 2, queue: 256, patience: 500, clock: virtualClock(), start }).then(
    (each) => {
      open = true
      return each
    },
  )
  threads[0]!.events.warm({ dimensions: 3 })
  await new Promise(setImmediate)
  expect(open).toBe(false)
  threads[1]!.events.warm({ dimensions: 3 })
  pool = await opening
  expect([pool.ready(), pool.dimensions]).toEqual([true, 3])
})

test('where a thread cannot be started, it says why and keeps none', async () => {
  const { threads, start } = fakes()
  const opening = openPool({ threads: 2, queue: 256, patience: 500, clock: virtualClock(), start })
  threads[0]!.events.gone(new Error('no such file'))
  await expect(opening).rejects.toThrow('no such file')
  expect(threads[1]!.stopped).toBe(true)
})

test('batches fill while the threads are busy, each answer goes to who asked', async () => {
  const { threads } = await opened({ threads: 1 })
  const first = pool.run('encoder', [window(1)], open())
  const rest = Promise.all([2, 3, 4].map((id) => pool.run('encoder', [window(id)], open())))
  const vector = pool.embed([window(5)], open())
  const [thread] = threads
  expect(thread!.batches.map(({ lengths }) => lengths.length)).toEqual([1])
  thread!.answer()
  expect(thread!.batches.map(({ lengths, embed }) => [lengths.length, embed])).toEqual([[ROWS.encoder, true]])
  thread!.answer()
  expect(firsts(await first)).toEqual([1])
  expect((await rest).map(firsts)).toEqual([[2], [3], [4]])
  expect([...(await vector)[0]!]).toEqual([5, 0, 1])
})

test('what waits is shared among the threads that are free', async () => {
  const { threads } = await opened()
  const answer = pool.run('fast', many(1, 6), open())
  expect(threads.map(({ batches }) => batches[0]!.lengths.length).sort()).toEqual([3, 3])
  for (const thread of threads) thread.answer()
  expect(firsts(await answer)).toEqual([1, 2, 3, 4, 5, 6])
})

test('a batch is of similar lengths, and no window waits for those of other lengths', async () => {
  const { threads } = await opened({ threads: 1 })
  const [thread] = threads
  const answers = [pool.run('fast', [window(1)], open())]
  for (const [id, length] of [
    [2, 100],
    [3, 10],
    [4, 90],
    [5, 11],
  ] as const)
    answers.push(pool.run('fast', [window(id, length)], open()))
  const seen: (readonly number[])[] = []
  while (thread!.batches.length > 0) {
    const [{ lengths, ids }] = thread!.batches as [Batch]
    expect(ids.length).toBe(lengths.length * Math.max(...lengths))
    seen.push(lengths)
    thread!.answer()
  }
  expect(seen).toEqual([[10], [100, 90], [10, 11]])
  expect((await Promise.all(answers)).flatMap(firsts)).toEqual([1, 2, 3, 4, 5])
})

test('neither model keeps the other waiting: who came first is asked first', async () => {
  const { threads } = await opened({ threads: 1 })
  const [thread] = threads
  void pool.run('fast', [window(1)], open())
  void pool.run('encoder', [window(2)], open())
  void pool.run('fast', [window(3)], open())
  void pool.run('encoder', [window(4)], open())
  const order: string[] = []
  while (thread!.batches.length > 0) {
    order.push(`${thread!.batches[0]!.model} ${thread!.batches[0]!.lengths.length}`)
    thread!.answer()
  }
  expect(order).toEqual(['fast 1', 'encoder 2', 'fast 1'])
})

test('a full queue refuses at once, and takes more when there is room', async () => {
  const { threads } = await opened({ threads: 1, queue: 20 })
  const taken = pool.run('encoder', many(1, 20), open())
  void pool.run('encoder', many(21, 4), open())
  await expect(pool.run('fast', [window(30)], open())).rejects.toThrow('the queue of the models is full')
  threads[0]!.answer()
  const later = pool.run('fast', [window(31)], open())
  while (threads[0]!.batches.length > 0) threads[0]!.answer()
  expect(firsts(await taken)).toHaveLength(20)
  expect(firsts(await later)).toEqual([31])
})

test('where it would be answered too late, it is refused at once', async () => {
  const { threads, clock } = await opened({ threads: 1 })
  const [thread] = threads
  const first = pool.run('encoder', [window(1, 100)], open())
  await clock.pass(50)
  thread!.answer()
  await first
  // Half a millisecond a token: what is being done, and 500 ms of what waits.
  const taken = pool.run('encoder', many(1, 10, 100), open())
  const more = pool.run('encoder', many(20, 4, 100), open())
  void pool.run('encoder', [window(30, 100)], open())
  await expect(pool.run('fast', [window(40)], open())).rejects.toThrow('too long to be answered in time')
  while (thread!.batches.length > 0) thread!.answer()
  expect(firsts(await taken)).toHaveLength(10)
  expect(firsts(await more)).toEqual([20, 21, 22, 23])
  const later = pool.run('fast', [window(41)], open())
  thread!.answer()
  expect(firsts(await later)).toEqual([41])
})

test('what is withdrawn leaves the queue, and its answer comes to nobody', async () => {
  const { threads } = await opened({ threads: 1, queue: 20 })
  const call = new AbortController()
  const gone = pool.run('fast', many(1, 20), call.signal)
  const stays = pool.run('fast', many(50, 4), open())
  call.abort(new Error('too late'))
  await expect(gone).rejects.toThrow('too late')
  await expect(pool.run('fast', [window(1)], call.signal)).rejects.toThrow('too late')
  threads[0]!.answer()
  expect(threads[0]!.batches[0]!.lengths).toHaveLength(4)
  threads[0]!.answer()
  expect(firsts(await stays)).toEqual([50, 51, 52, 53])
})

test('a thread that dies is replaced and its windows are asked again, once', async () => {
  const died: string[] = []
  const { threads, clock } = await opened({ threads: 1, died: ({ message }) => died.push(message) })
  const answer = pool.run('fast', [window(1), window(2)], open())
  threads[0]!.events.gone(new Error('crashed'))
  expect(pool.ready()).toBe(false)
  await clock.pass(1)
  threads[1]!.events.warm({ dimensions: 3 })
  expect(pool.ready()).toBe(true)
  threads[1]!.answer()
  expect(firsts(await answer)).toEqual([1, 2])

  const poison = pool.run('fast', [window(3)], open())
  threads[1]!.events.gone(new Error('crashed'))
  await clock.pass(1)
  threads[2]!.events.warm({ dimensions: 3 })
  threads[2]!.events.gone(new Error('crashed again'))
  await expect(poison).rejects.toThrow('crashed again')
  expect(died).toEqual(['crashed', 'crashed', 'crashed again'])
})

test('one that cannot be started again is tried less and less often, and its calls are still refused in time', async () => {
  const { threads, clock } = await opened({ threads: 1 })
  const call = new AbortController()
  threads[0]!.events.gone(new Error('crashed'))
  const waits = pool.run('fast', [window(1)], call.signal)
  for (let ms = 0; ms < 60_000; ms += 50) {
    await clock.pass(50)
    const last = threads.at(-1)!
    if (!last.stopped) {
      last.stopped = true
      last.events.gone(new Error('no memory'))
    }
  }
  expect(threads.length).toBeLessThan(14)
  call.abort(new Error('too late'))
  await expect(waits).rejects.toThrow('too late')
})

test('a model that fails makes its calls fail and nobody else’s', async () => {
  const { threads } = await opened({ threads: 1 })
  const bad = pool.run('fast', [window(1)], open())
  threads[0]!.batches.shift()
  threads[0]!.events.reply({ failed: 'bad shape' })
  await expect(bad).rejects.toThrow('bad shape')
  const good = pool.run('fast', [window(2)], open())
  threads[0]!.answer()
  expect(firsts(await good)).toEqual([2])
})

test('closed, it answers nobody', async () => {
  const { threads } = await opened({ threads: 1 })
  const running = pool.run('fast', [window(1)], open())
  const waiting = pool.run('encoder', [window(2)], open())
  const closing = pool.close()
  await expect(running).rejects.toThrow('the models are closed')
  await expect(waiting).rejects.toThrow('the models are closed')
  await closing
  await expect(pool.run('fast', [window(3)], open())).rejects.toThrow('the models are closed')
  expect(threads).toHaveLength(1)
})
