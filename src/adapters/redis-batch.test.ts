import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { batch } from './redis-batch.ts'
import type { Answer } from './redis-circuit.ts'
import { reasonOf } from './redis-client.ts'

type Reply = (keys: readonly string[], questions: string) => Promise<string>
const echo: Reply = async (_, questions) => questions

function open(reply: Reply = echo, timeout = 1000) {
  const scripts: string[][] = []
  const answers: Answer<unknown>[] = []
  const asking = batch({
    send(keys, questions) {
      scripts.push([...keys])
      return reply(keys, questions)
    },
    timeout,
    reasonOf,
    answered: (answer) => answers.push(answer),
  })
  return { ...asking, scripts, answers }
}

test('what is asked in one turn is one script, in order, and each has its own answer', async () => {
  const { ask, scripts } = open()
  const first = Promise.all([ask('a', ['x', 1]), ask('b', ['y', 0.5]), ask('a', ['z', 'ü"\n'])])
  expect(scripts).toEqual([])
  expect(await first).toEqual([{ value: ['x', 1] }, { value: ['y', 0.5] }, { value: ['z', 'ü"\n'] }])
  await ask('c', [])
  expect(scripts).toEqual([['a', 'b', 'a'], ['c']])
})

test('no script is longer than Redis may be kept from others', async () => {
  const { ask, scripts } = open()
  const all = await Promise.all(Array.from({ length: 300 }, (_, i) => ask(`${i}`, [i])))
  expect(all).toEqual(all.map((_, i) => ({ value: [i] })))
  expect(scripts.map(({ length }) => length)).toEqual([128, 128, 44])
})

test.each<[string, Reply, string]>([
  ['fails', () => Promise.reject(new Error('OOM command not allowed')), 'OOM'],
  ['answers what is no JSON', async () => '<html>', 'disconnected'],
])('all that asked are told when the script %s', async (_, reply, reason) => {
  const { ask, answers } = open(reply)
  const failed = { reason, late: false }
  expect(await Promise.all([ask('a', []), ask('b', [])])).toEqual([failed, failed])
  expect(answers).toEqual([failed])
})

test('an answer that comes too late is told to whom it may concern', async () => {
  let answer = (_: string) => {}
  const { ask } = open(() => new Promise((resolve) => (answer = resolve)), 1)
  const late: number[] = []
  const asked = [ask('a', []), ask<number>('b', [], (value) => late.push(value))]
  expect(await Promise.all(asked)).toEqual(asked.map(() => ({ reason: 'timeout', late: true })))
  expect(late).toEqual([])
  answer('[1,2]')
  await turn()
  expect(late).toEqual([2])
})

test('what waits for the end of the turn can be sent before', async () => {
  const { ask, flush, scripts } = open()
  const asked = ask('a', [])
  flush()
  expect(scripts).toEqual([['a']])
  await asked
  await turn()
  expect(scripts).toEqual([['a']])
})
