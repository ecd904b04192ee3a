import { describe, expect, test } from 'vitest'
import type { Caller } from '../core/types.ts'
import { buildPolicy } from './build.ts'
import { createSelector } from './select.ts'
import type { KnownPath } from './types.ts'

const CHAT = '/v1/chat/completions'
const GENERATE = '/v1/generate'
const PATHS: KnownPath[] = [
  { path: CHAT, protocols: ['openai', 'loopback'] },
  { path: GENERATE, protocols: ['openai'] },
]

interface Spec {
  match?: object
  roles?: string[]
  upstreams?: { name: string; weight?: number; order?: number }[]
}

/** Built from documents, as it is when serving. */
async function select(boundaries: Record<string, Spec>, upstreams: Record<string, object> = {}) {
  const document = (kind: string, name: string, spec: object) =>
    JSON.stringify({ apiVersion: 'sallyport.dev/v1', kind, metadata: { name }, spec })
  const all: [string, object][] = Object.entries({ any: {}, ...upstreams })
  const sources = [
    ...all.map(([name, spec]) =>
      document('Upstream', name, { protocol: 'openai', baseUrl: 'https://h.example', ...spec }),
    ),
    ...Object.entries(boundaries).map(
      ([name, { match = {}, roles = [], upstreams: routes = [{ name: 'any' }] }]) =>
        document('Boundary', name, { match, require: { roles }, upstreams: routes }),
    ),
  ]
  const loaded = await buildPolicy(
    {
      dir: '',
      digest: '',
      problems: [],
      files: sources.map((source, index) => ({ file: `${index}`, source })),
    },
    { modules: [], ports: { secret: () => '' }, paths: PATHS, packageVersion: '1' },
  )
  if ('errors' in loaded) throw new Error(JSON.stringify(loaded.errors))
  return { selector: createSelector(loaded.policy, PATHS), policy: loaded.policy }
}

const caller = (more: Partial<Caller> = {}): Caller => ({ subject: 's', tenant: 'acme', roles: [], ...more })
const refused = (code: string) => expect.objectContaining({ code })

describe('boundaries', () => {
  const cube: Record<string, Spec> = {}
  for (const path of [CHAT, '*'])
    for (const tenant of ['acme', '*'])
      for (const model of ['m', '*'])
        cube[`${path === '*' ? 'a' : 'e'}${tenant === '*' ? 'a' : 'e'}${model === '*' ? 'a' : 'e'}`] = {
          match: { paths: [path], tenants: [tenant], models: [model] },
        }

  test('exact beats any, in the order path, tenant, model', async () => {
    const order = ['eee', 'eea', 'eae', 'eaa', 'aee', 'aea', 'aae', 'aaa']
    for (let gone = 0; gone < order.length; gone++) {
      const rest = Object.fromEntries(order.slice(gone).map((name) => [name, cube[name]!]))
      const { selector } = await select(rest)
      expect(selector.boundary(caller(), CHAT, 'm').name).toBe(order[gone])
    }
  })

  test('what does not match is no candidate', async () => {
    const { selector } = await select(cube)
    expect(selector.boundary(caller(), GENERATE, 'm').name).toBe('aee')
    expect(selector.boundary(caller({ tenant: 'other' }), CHAT, 'm').name).toBe('eae')
    expect(selector.boundary(caller(), CHAT, 'other').name).toBe('eea')
    expect(selector.boundary(caller(), CHAT, undefined).name).toBe('eea')
  })

  test('roles: all are needed, and without them a less exact boundary serves', async () => {
    const { selector } = await select({
      strict: { match: { tenants: ['acme'] }, roles: ['agent', 'admin'] },
      wide: {},
    })
    expect(selector.boundary(caller({ roles: ['admin', 'agent', 'x'] }), CHAT, 'm').name).toBe('strict')
    expect(selector.boundary(caller({ roles: ['agent'] }), CHAT, 'm').name).toBe('wide')
  })

  test('a consumer narrows the candidates', async () => {
    const { selector } = await select({ exact: { match: { tenants: ['acme'] } }, wide: {} })
    expect(selector.boundary(caller({ boundaries: ['wide'] }), CHAT, 'm').name).toBe('wide')
    expect(selector.boundary(caller({ boundaries: ['*'] }), CHAT, 'm').name).toBe('exact')
    expect(() => selector.boundary(caller({ boundaries: [] }), CHAT, 'm')).toThrow(
      refused('auth.no_boundary'),
    )
  })

  test('none', async () => {
    const { selector } = await select({
      one: { match: { tenants: ['acme'], models: ['m'] }, roles: ['agent'] },
    })
    const agent = caller({ roles: ['agent'] })
    expect(selector.boundary(agent, CHAT, 'm').name).toBe('one')
    for (const [who, model] of [
      [caller(), 'm'],
      [agent, 'other'],
      [agent, undefined],
      [caller({ roles: ['agent'], tenant: 'x' }), 'm'],
    ] as const)
      expect(() => selector.boundary(who, CHAT, model)).toThrow(refused('auth.no_boundary'))
  })

  test('by name: only what this caller may use, and nothing tells whether another exists', async () => {
    const { selector } = await select({
      mine: { match: { tenants: ['acme'], paths: [GENERATE] }, roles: ['agent'] },
      other: { match: { tenants: ['else'] } },
    })
    const agent = caller({ roles: ['agent'] })
    expect(selector.named(agent, 'mine').name).toBe('mine')
    for (const [who, name] of [
      [agent, 'other'],
      [agent, 'absent'],
      [caller(), 'mine'],
      [caller({ roles: ['agent'], boundaries: ['other'] }), 'mine'],
    ] as const)
      expect(() => selector.named(who, name)).toThrow(refused('auth.no_boundary'))
  })
})

describe('upstreams', () => {
  test("a named model beats any model, `as` renames, and the path's protocol decides", async () => {
    const { selector } = await select(
      { b: { upstreams: [{ name: 'any' }, { name: 'fast' }, { name: 'local' }] } },
      {
        fast: { models: [{ name: 'quick', as: 'quick-2030', contextTokens: 4000 }] },
        local: { protocol: 'loopback', baseUrl: undefined, models: [{ name: 'loopback' }] },
      },
    )
    const boundary = selector.boundary(caller(), CHAT, 'quick')
    expect(selector.targets(boundary, CHAT, 'quick')).toMatchObject([
      { upstream: { name: 'fast' }, model: 'quick-2030', contextTokens: 4000, weight: 1, order: 1 },
    ])
    expect(selector.targets(boundary, CHAT, 'other')).toEqual([
      { upstream: expect.objectContaining({ name: 'any' }), model: 'other', weight: 1, order: 1 },
    ])
    expect(selector.targets(boundary, CHAT, 'loopback')).toMatchObject([{ upstream: { name: 'local' } }])
    expect(selector.targets(boundary, GENERATE, 'loopback')).toMatchObject([{ upstream: { name: 'any' } }])
  })

  test('stand by their order, and as they were listed where that is the same', async () => {
    const upstreams = [{ name: 'last', order: 3 }, { name: 'any' }, { name: 'two', weight: 3 }]
    const { selector } = await select({ b: { upstreams } }, { two: {}, last: {} })
    const targets = selector.targets(selector.boundary(caller(), CHAT, 'm'), CHAT, 'm')
    expect(targets.map(({ upstream, weight, order }) => [upstream.name, weight, order])).toEqual([
      ['any', 1, 1],
      ['two', 3, 1],
      ['last', 1, 3],
    ])
  })

  test('none', async () => {
    const { selector } = await select(
      { b: { upstreams: [{ name: 'one' }] } },
      { one: { models: [{ name: 'm' }] } },
    )
    const boundary = selector.boundary(caller(), CHAT, 'x')
    expect(() => selector.targets(boundary, CHAT, 'x')).toThrow(refused('request.model'))
    expect(() => selector.targets(boundary, '/v1/other', 'm')).toThrow(refused('request.model'))
  })
})

describe('models', () => {
  test('only what a call of this caller would reach', async () => {
    const { selector } = await select(
      {
        open: { match: { tenants: ['*'] }, upstreams: [{ name: 'small' }] },
        acme: {
          match: { tenants: ['acme'], models: ['large', 'extra'] },
          upstreams: [{ name: 'big' }, { name: 'any' }],
        },
        vip: { match: { tenants: ['acme'] }, roles: ['vip'], upstreams: [{ name: 'any' }] },
      },
      {
        small: { models: [{ name: 'tiny' }, { name: 'mini', as: 'x' }] },
        big: { models: [{ name: 'large' }, { name: 'huge' }] },
      },
    )
    expect(selector.models(caller({ tenant: 'x' }))).toEqual({ names: ['mini', 'tiny'], wildcards: [] })
    expect(selector.models(caller())).toEqual({ names: ['extra', 'large', 'mini', 'tiny'], wildcards: [] })
    expect(selector.models(caller({ boundaries: ['acme'] })).names).toEqual(['extra', 'large'])
    const vip = caller({ roles: ['vip'] })
    // What others' documents name stays theirs, although this caller's wildcard would serve it.
    expect(selector.models(vip).names).toEqual(['extra', 'large'])
    expect(selector.models(vip).wildcards.map(({ name }) => name)).toEqual(['any'])
    expect(selector.serves(vip, 'whatever')).toBe(true)
    expect(selector.serves(caller(), 'whatever')).toBe(false)
  })
})
