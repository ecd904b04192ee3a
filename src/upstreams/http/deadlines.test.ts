import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { deadlines } from './deadlines.ts'

test('come in their order, once each, and not when they were cancelled', async () => {
  const set = deadlines(20)
  const came: string[] = []
  const all = ['a', 'b', 'c', 'd', 'e'].map((name) => set(() => came.push(name)))
  for (const i of [0, 2, 4]) all[i]!.cancel()
  all[2]!.cancel()
  await sleep(60)
  expect(came).toEqual(['b', 'd'])
  all[1]!.cancel()
  set(() => came.push('f'))
  await sleep(60)
  expect(came).toEqual(['b', 'd', 'f'])
})

test('one that is set later comes later', async () => {
  const set = deadlines(40)
  const came: string[] = []
  set(() => came.push('first')).cancel()
  await sleep(20)
  set(() => came.push('second'))
  await sleep(30)
  expect(came).toEqual([])
  await sleep(40)
  expect(came).toEqual(['second'])
})

test('may be set and cancelled by one that comes', async () => {
  const set = deadlines(10)
  const came: string[] = []
  set(() => {
    came.push('one')
    next.cancel()
    set(() => came.push('three'))
  })
  const next = set(() => came.push('two'))
  await sleep(60)
  expect(came).toEqual(['one', 'three'])
})
