import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { bundle } from '../../../test/bundle.ts'
import { folder, onStop, stopAll, until } from '../../../test/gate.ts'
import { fetchedProblem } from '../../policy/sources.ts'
import { polledSources } from './index.ts'

afterEach(stopAll)

test('what is not good never takes the place of what is', async () => {
  const file = join(await folder(), 'b.tar.gz')
  const of = (rule: string) => bundle({ 'a.rego': rule, '.manifest': { revision: rule, roots: ['acme'] } })
  const good = of('package acme\n')
  const spec = { name: 'a/bundle', from: { file }, poll: { min: 1, max: 2 } }
  let changes = 0
  const warned: string[] = []
  const sources = polledSources({
    secret: () => '',
    problem: fetchedProblem,
    changed: () => changes++,
    warn: (message) => warned.push(message),
    info: () => {},
  })
  onStop(() => sources.close())
  await writeFile(file, good)
  const [first] = await sources.take([spec])
  expect(first?.bundle?.revision).toBe('package acme\n')

  const flipped = (at: number) => {
    const bytes = Buffer.from(good)
    bytes[at] = bytes[at]! ^ 0x55
    return bytes
  }
  const bad = [
    Buffer.alloc(0),
    good.subarray(0, good.length / 2),
    good.subarray(0, good.length - 1),
    flipped(0),
    flipped(Math.floor(good.length / 2)),
    flipped(good.length - 6),
    of('package other\n'),
    bundle({ 'data.json': '{"a":1,"a":2}' }),
  ]
  for (const bytes of bad) {
    const told = warned.length
    await writeFile(file, bytes)
    await until(() => warned.length > told || sources.standing()[0]!.problem !== undefined)
    expect((await sources.take([spec]))[0]).toBe(first)
    expect(sources.standing()[0]).toMatchObject({ state: 'old', revision: 'package acme\n' })
    await writeFile(file, good)
    await until(() => sources.standing()[0]!.state === 'good')
  }
  expect(changes).toBe(0)
  await writeFile(file, of('package acme.more\n'))
  await until(() => changes === 1)
  expect((await sources.take([spec]))[0]?.bundle?.revision).toBe('package acme.more\n')
})
