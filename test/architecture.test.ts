import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cruise, type ICruiseResult } from 'dependency-cruiser'
import extractConfig from 'dependency-cruiser/config-utl/extract-depcruise-config'
import { afterAll, expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const { forbidden = [], options = {} } = await extractConfig(resolve(root, '.dependency-cruiser.mjs'))

async function look(baseDir: string): Promise<ICruiseResult> {
  const { output } = await cruise(['src'], { ...options, baseDir, validate: true, ruleSet: { forbidden } })
  if (typeof output === 'string') throw new Error('dependency-cruiser gave a report instead of a result')
  return output
}
const broken = ({ summary }: ICruiseResult): string[] =>
  summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`).sort()

test('the sources keep the import rules, and all of them were seen', async () => {
  const result = await look(root)
  expect(broken(result)).toEqual([])
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `src/${name.split(sep).join('/')}`)
  const seen = result.modules.map(({ source }) => source).filter((source) => source.startsWith('src/'))
  expect(seen.sort()).toEqual(files.sort())
  expect(seen.length).toBeGreaterThan(5)
})

/** A house in small, in order. */
const house: Record<string, string> = {
  'package.json': '{"dependencies":{"zod":"*"},"devDependencies":{"vitest":"*"}}',
  'node_modules/zod/package.json': '{"name":"zod","version":"1.0.0","main":"index.js"}',
  'node_modules/zod/index.js': 'exports.z = {}',
  'node_modules/vitest/package.json': '{"name":"vitest","version":"1.0.0","main":"index.js"}',
  'node_modules/vitest/index.js': 'exports.test = {}',

  'src/core/types.ts': "import type { z } from 'zod'\nexport type C = z",
  'src/core/own.ts': "import type { C } from './types.ts'\nexport type D = C",
  'src/core/own.test.ts':
    "import 'node:fs'\nimport 'vitest'\nimport '../main.ts'\nimport '../guards/pii/index.ts'",
  'src/guards/index.ts': "import './pii/index.ts'\nimport './links/index.ts'\nimport '../core/types.ts'",
  'src/guards/pii/index.ts':
    "import 'node:crypto'\nimport 'zod'\nimport './luhn.ts'\nimport '../../core/types.ts'",
  'src/guards/pii/luhn.ts': 'export const luhn = 1',
  'src/guards/links/index.ts': 'export const links = 1',
  'src/protocols/chat/index.ts': "import '../shared.ts'\nimport '../../core/types.ts'",
  'src/protocols/shared.ts': 'export const shared = 1',
  'src/policy/load.ts': "import 'zod'\nimport '../core/types.ts'",
  'src/upstreams/pool.ts': 'export const pool = 1\nexport type Pool = 1',
  'src/identity/keys.ts': 'export const keys = 1',
  'src/record/line.ts': 'export const line = 1',
  'src/adapters/clock.ts': "import '../core/types.ts'",
  'src/servers/gate.ts':
    "import type { Pool } from '../upstreams/pool.ts'\nimport '../policy/load.ts'\nimport '../identity/keys.ts'\nexport type P = Pool",
  'src/cli/serve.ts': "import '../policy/load.ts'\nimport '../guards/index.ts'\nimport '../servers/gate.ts'",
  'src/cli/left.ts': 'export type L = 1',
  'src/cli/right.ts': "import type { L } from './left.ts'\nexport type R = L",
  'src/main.ts': "import './adapters/clock.ts'\nimport './cli/serve.ts'\nimport './upstreams/pool.ts'",
  'test/kit.ts': 'export const kit = 1',
}

const offences: [file: string, source: string, rule: string, to: string][] = [
  ['src/core/a.ts', "import '../protocols/shared.ts'", 'core-imports', 'src/protocols/shared.ts'],
  ['src/core/b.ts', "import 'node:fs'", 'core-imports', 'fs'],
  [
    'src/core/c.ts',
    "import { z } from 'zod'\nz.any()",
    'core-names-types-of-zod',
    'node_modules/zod/index.js',
  ],
  ['src/core/d.ts', "import '../guards/index.ts'", 'core-imports', 'src/guards/index.ts'],
  ['src/core/e.ts', "import './own.test.ts'", 'no-test-imports', 'src/core/own.test.ts'],
  ['src/guards/pii/f.ts', "import '../links/index.ts'", 'guard-imports', 'src/guards/links/index.ts'],
  ['src/guards/pii/g.ts', "import '../../policy/load.ts'", 'guard-imports', 'src/policy/load.ts'],
  ['src/guards/pii/h.ts', "import '../index.ts'", 'guard-imports', 'src/guards/index.ts'],
  ['src/guards/i.ts', "import './pii/luhn.ts'", 'guards-through-the-manifest', 'src/guards/pii/luhn.ts'],
  ['src/guards/j.ts', "import '../policy/load.ts'", 'manifest-imports', 'src/policy/load.ts'],
  [
    'src/cli/k.ts',
    "import '../guards/pii/index.ts'",
    'guards-through-the-manifest',
    'src/guards/pii/index.ts',
  ],
  ['src/cli/l.ts', "import '../adapters/clock.ts'", 'adapters-from-main-only', 'src/adapters/clock.ts'],
  ['src/protocols/m.ts', "import '../policy/load.ts'", 'protocols-imports', 'src/policy/load.ts'],
  ['src/checkpoints/n.ts', "import '../identity/keys.ts'", 'checkpoints-imports', 'src/identity/keys.ts'],
  ['src/upstreams/o.ts', "import '../protocols/shared.ts'", 'upstreams-imports', 'src/protocols/shared.ts'],
  ['src/policy/p.ts', "import '../guards/index.ts'", 'policy-imports', 'src/guards/index.ts'],
  ['src/identity/q.ts', "import '../policy/load.ts'", 'identity-imports', 'src/policy/load.ts'],
  ['src/record/r.ts', "import '../identity/keys.ts'", 'record-imports', 'src/identity/keys.ts'],
  ['src/adapters/s.ts', "import '../record/line.ts'", 'adapters-imports', 'src/record/line.ts'],
  ['src/servers/t.ts', "import '../cli/serve.ts'", 'servers-imports', 'src/cli/serve.ts'],
  [
    'src/servers/u.ts',
    "import { pool } from '../upstreams/pool.ts'\nexport default pool",
    'servers-name-types-of-upstreams',
    'src/upstreams/pool.ts',
  ],
  ['src/attack/v.ts', "import '../core/types.ts'", 'closed-until-opened', 'src/core/types.ts'],
  ['src/cli/w.ts', "import 'vitest'", 'declared-packages', 'node_modules/vitest/index.js'],
  ['src/cli/x.ts', "import '../../test/kit.ts'", 'no-test-imports', 'test/kit.ts'],
  ['src/cli/y.ts', "import './nowhere.ts'", 'resolvable', './nowhere.ts'],
  ['src/cli/z.ts', "import '../main.ts'", 'nobody-imports-main', 'src/main.ts'],
  [
    'src/cli/left.ts',
    "import type { R } from './right.ts'\nexport type L = R",
    'no-cycles',
    'src/cli/right.ts',
  ],
]

const folder = mkdtempSync(join(tmpdir(), 'sallyport-architecture-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const write = (name: string, text: string): void => {
  mkdirSync(dirname(join(folder, name)), { recursive: true })
  writeFileSync(join(folder, name), text)
}

test('each rule bites, and only where it should', async () => {
  for (const [name, text] of Object.entries(house)) write(name, text)
  expect(broken(await look(folder))).toEqual([])
  for (const [name, source] of offences) write(name, source)
  const expected = offences.map(([file, , rule, to]) => `${rule}: ${file} -> ${to}`)
  expect(broken(await look(folder))).toEqual(expected.sort())
  const proven = new Set(offences.map(([, , rule]) => rule))
  expect(forbidden.map(({ name }) => name).filter((name) => !proven.has(name ?? ''))).toEqual([])
})
