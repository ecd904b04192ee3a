import { expect, test } from 'vitest'
import { wordModels } from '../../test/models/words.ts'
import type { Models } from '../core/ports.ts'
import { GUARDS } from '../guards/index.ts'
import { type BuildOptions, buildPolicy } from './build.ts'

const UPSTREAM = `apiVersion: sallyport.dev/v1
kind: Upstream
metadata: { name: loopback }
spec: { protocol: loopback, models: [{ name: "*" }] }
---
`
const BOUNDARY = `apiVersion: sallyport.dev/v1
kind: Boundary
metadata: { name: chat }
spec:
  upstreams: [{ name: loopback }]
`

async function load(stages: string, models?: BuildOptions['models']) {
  const options: BuildOptions = {
    modules: GUARDS,
    ports: { secret: () => '' },
    ...(models && { models }),
    paths: [{ path: '/v1/chat/completions', protocols: ['loopback'] }],
    packageVersion: '1',
  }
  const source = UPSTREAM + BOUNDARY + stages
  const loaded = await buildPolicy({ files: [{ file: 'd.yaml', source }], problems: [] } as never, options)
  if ('errors' in loaded) return { errors: loaded.errors.map(({ message }) => message) }
  const { rules } = loaded.policy.boundaries[0]!.checks
  return { rules, errors: [] }
}
const named = async (stages: string, models?: BuildOptions['models']) => {
  const { rules } = await load(stages, models)
  return rules!.input.filter(({ name }) => name === 'prompt-injection')
}
const words =
  (version = 'words') =>
  async (): Promise<Models> => ({ ...wordModels, version })
const USE = '  input: [{ use: prompt-injection }]\n'

test('rules and the model behind them stand behind one use, each remembered for itself', async () => {
  const [rules, model] = await named(USE, words())
  expect([rules?.guard.slow, model?.guard.slow]).toEqual([undefined, true])
  expect(model?.actions).toBe(rules?.actions)
  expect(model?.build).not.toBe(rules?.build)
})

test('the model is asked about its own origins, unless the boundary says which', async () => {
  const [rules, model] = await named(USE, words())
  expect(rules?.origins).toBeUndefined()
  expect([...model!.origins!]).toEqual(['user', 'model', 'retrieved', 'tool'])
  const said = await named('  input: [{ use: prompt-injection, origins: [system] }]\n', words())
  expect(said.map(({ origins }) => [...origins!])).toEqual([['system'], ['system']])
})

test('what another model found is not remembered', async () => {
  const [, one] = await named(USE, words('1'))
  const [, other] = await named(USE, words('2'))
  expect(one?.build).not.toBe(other?.build)
})

test('with "model: off" no model is loaded', async () => {
  const off = '  input: [{ use: prompt-injection, with: { model: "off" } }]\n'
  const asked = () => expect.fail('a model was loaded')
  expect(await named(off, asked)).toHaveLength(1)
  expect(await named(off)).toHaveLength(1)
})

test('where there is no model, the boundary is refused, and told what to write', async () => {
  expect((await load(USE)).errors).toEqual([
    '"prompt-injection" asks the guard model, and there is none here: write model: "off" for the rules alone',
  ])
  const broken = () => Promise.reject(new Error('needs the models, and cannot read models/guard/guard.json'))
  expect((await load(USE, broken)).errors[0]).toMatch(/cannot read .*: write model: "off"/)
  expect((await load('  output: [{ use: toxicity }]\n')).errors).toEqual([
    '"toxicity" asks the guard model, and there is none here: leave it out',
  ])
})
