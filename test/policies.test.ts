import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { check } from '../src/cli/check.ts'
import { test as runTests } from '../src/cli/test.ts'
import { policyDeps } from './policy-deps.ts'

const { deps, close } = policyDeps()
afterAll(close)
const folders = readdirSync('policies').filter((name) => name !== 'default')

describe.each(folders)('policies/%s', (name) => {
  const dir = join('policies', name)

  test('is good', async () => {
    const said: string[] = []
    const say = (line: string) => void said.push(line)
    expect({ status: await check([dir], { ...deps, out: say, err: say }), said }).toMatchObject({ status: 0 })
  })

  test('keeps what its tests say, which are cases and rules of Rego', async () => {
    const said: string[] = []
    const say = (line: string) => void said.push(line)
    const ends = () => new AbortController().signal
    const status = await runTests([dir], { ...deps, out: say, err: say, colours: false, ends })
    expect({ status, said }).toMatchObject({ status: 0 })
    const groups = said.flatMap((line) => /^pass {2}(data\.)?/.exec(line)?.slice(1) ?? [])
    expect(groups).toContain('data.')
    expect(groups).toContain(undefined)
  })
})
