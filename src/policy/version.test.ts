import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { policyDeps } from '../../test/policy-deps.ts'
import { buildPolicy } from './build.ts'
import { readFolder } from './folder.ts'
import { showProblem } from './problem.ts'

const { deps, close } = policyDeps()
afterAll(close)

const boundary = (name: string, rest: string, paths = '"*"') =>
  `apiVersion: sallyport.dev/v1\nkind: Boundary\nmetadata: { name: ${name} }\nspec:\n  match: { models: [${name}], paths: [${paths}] }\n  upstreams: []\n${rest}`
const FILES = {
  'plain.yaml': boundary('plain', '  input: [{ use: length, with: { maxCharacters: 9 } }]\n', '/v1/messages'),
  'asks.yaml': boundary('asks', '  policy: [{ use: rego, with: { package: acme } }]\n'),
  'hooked.yaml': boundary(
    'hooked',
    '  policy:\n    - use: hook\n      with:\n        script: |\n          return { status: "ALLOW" }\n',
  ),
  'validator.yaml': `apiVersion: security.policy/v1
kind: InputGuardPolicy
metadata: { name: validator }
spec: { target_endpoint: /v1/generate, pre_processing_hook: 'return { status: "ALLOW" }' }
`,
  'acme.rego': 'package acme\n\ndeny contains "no" if input.caller.tenant in data.tenants\n',
  'helper.rego': 'package helper\n\nunused := 1\n',
  'data.yaml': 'tenants: [a]\n',
  'cases.test.yaml': 'boundary: plain\n',
  'acme_test.rego': 'package acme_test\n',
}

/** The versions of the boundaries and of the policy, with some files that differ. */
async function versions(changed: Partial<Record<keyof typeof FILES, string>> = {}) {
  const dir = await mkdtemp(join(tmpdir(), 'sallyport-'))
  try {
    for (const [name, text] of Object.entries({ ...FILES, ...changed }))
      await writeFile(join(dir, name), text)
    const loaded = await buildPolicy(await readFolder(dir), deps)
    if ('errors' in loaded) expect.fail(loaded.errors.map(showProblem).join('\n'))
    const { boundaries, version } = loaded.policy
    const of = (name: string) => boundaries.find((one) => one.name === name)!.version
    return { plain: of('plain'), asks: of('asks'), hooked: of('hooked'), policy: version }
  } finally {
    await rm(dir, { recursive: true })
  }
}

const changes: [what: string, file: keyof typeof FILES, text: string, of: string[]][] = [
  ['a rule of the Rego that it asks', 'acme.rego', FILES['acme.rego'].replace('"no"', '"never"'), ['asks']],
  ['a module beside it, which may be asked', 'helper.rego', 'package helper\n\nunused := 2\n', ['asks']],
  ['data', 'data.yaml', 'tenants: [b]\n', ['asks']],
  ['the script of a hook', 'hooked.yaml', FILES['hooked.yaml'].replace('ALLOW', 'FLAG'), ['hooked']],
  [
    'a hook on a path that they serve',
    'validator.yaml',
    FILES['validator.yaml'].replace('ALLOW', 'FLAG'),
    ['asks', 'hooked'],
  ],
  ['a setting', 'plain.yaml', FILES['plain.yaml'].replace('9', '10'), ['plain']],
  ['a comment', 'plain.yaml', `# why\n${FILES['plain.yaml']}`, []],
  ['where a document stands', 'plain.yaml', `\n\n${FILES['plain.yaml']}`, []],
  ['a test', 'cases.test.yaml', 'boundary: other\n', []],
  ['a test in Rego', 'acme_test.rego', 'package acme_test\n\ntest_a if true\n', []],
]

test('nothing changed: every version is the same', async () => {
  expect(await versions()).toEqual(await versions())
})

test.each(changes)(
  '%s changes the versions of those that are built from it, and of no other',
  async (_, file, text, of) => {
    const before = await versions()
    const after = await versions({ [file]: text })
    const changed = Object.keys(before).filter((name) => before[name as 'plain'] !== after[name as 'plain'])
    expect(changed).toEqual(of.length === 0 ? [] : [...of, 'policy'])
  },
)
