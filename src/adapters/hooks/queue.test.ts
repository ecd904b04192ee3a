import { expect, test } from 'vitest'
import { fair, line } from './queue.ts'

/** Who is served, one letter a turn, when a turn of each costs this much and all are there from the start. */
function served(
  costs: Readonly<Record<string, number>>,
  turns: number,
  arrive: Readonly<Record<string, number>> = {},
) {
  const queue = fair<string>()
  const lines = new Map(Object.keys(costs).map((name) => [name, line<string>()]))
  let order = ''
  for (let turn = 0; turn < turns; turn++) {
    for (const [name, to] of lines)
      if ((arrive[name] ?? 0) === turn) for (let i = 0; i < turns; i++) queue.push(to, name)
    const next = queue.next()!
    next.line.used += costs[next.item]!
    order += next.item
  }
  return order
}

test('each line gets the same time, whatever its calls cost', () => {
  expect(served({ a: 1, b: 1 }, 6)).toBe('ababab')
  const order = served({ slow: 10, quick: 1 }, 44).replaceAll('slow', 's').replaceAll('quick', 'q')
  expect(order.split('s').length - 1).toBe(4)
})

test('who comes late is next, and has saved nothing up', () => {
  const order = served({ a: 1, b: 1 }, 40, { b: 20 })
  expect(order.slice(0, 20)).toBe('a'.repeat(20))
  expect(order.slice(20)).toMatch(/^(?:ab|ba){10}$/)
})

test('calls of one line go in their order, and all can be called off', () => {
  const queue = fair<number>()
  const to = line<number>()
  for (const item of [1, 2, 3]) queue.push(to, item)
  expect(queue.next()?.item).toBe(1)
  expect(queue.drain()).toEqual([2, 3])
  expect(queue.next()).toBeUndefined()
})

test('a line that may not go now keeps its place, and others do not wait for it', () => {
  const queue = fair<string>()
  const [slow, quick] = [line<string>(), line<string>()]
  queue.push(slow, 'slow')
  queue.push(quick, 'quick')
  expect(queue.next((to) => to !== slow)?.item).toBe('quick')
  expect(queue.next((to) => to !== slow)).toBeUndefined()
  expect(queue.next()?.item).toBe('slow')
})
