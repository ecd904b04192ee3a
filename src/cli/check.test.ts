import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { policyDeps } from '../../test/policy-deps.ts'
import { check } from './check.ts'

const { deps, close } = policyDeps()
afterAll(close)
let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sallyport-'))
})
afterEach(() => rm(dir, { recursive: true }))

/** What checking these files says. */
async function checked(files: Readonly<Record<string, string>>): Promise<string[]> {
  const said: string[] = []
  const say = (line: string) => void said.push(line.replaceAll(dir, 'DIR'))
  for (const [name, text] of Object.entries(files)) await writeFile(join(dir, name), text)
  await check([dir], { ...deps, out: say, err: say })
  return said
}

const UPSTREAM = `apiVersion: sallyport.dev/v1
kind: Upstream
metadata: { name: near }
spec: { protocol: loopback }
---
apiVersion: sallyport.dev/v1
kind: Upstream
metadata: { name: nobodys }
spec: { protocol: loopback }
---
`
const boundary = (name: string, spec: string) =>
  `apiVersion: sallyport.dev/v1\nkind: Boundary\nmetadata: { name: ${name} }\nspec:\n  upstreams: [{ name: near }]\n${spec}`

test('warns of all that is seldom meant', async () => {
  const said = await checked({
    'a.yaml': `${UPSTREAM}${boundary(
      'chat',
      `  input:
    - use: pii
      actions: { pii.*: allow, guard.failed: flag }
    - use: unicode
      enforce: shadow
  policy:
    - use: rego
      with: { package: acme }
`,
    )}---\n${boundary('tried', '  match: { models: [tried] }\n  enforce: shadow\n  output: [{ use: pii }]\n')}`,
    'acme.rego': `package acme

# sallyport: means mixed-comparison
deny contains "too long" if input.context_payload.token_count > data.limit

unasked if input.stage == "policy"
`,
    'other.rego': 'package other\n\nallow := true\n',
    'data.yaml': 'limit: 9\n',
  })
  expect(said.map((line) => line.slice(0, 130))).toEqual([
    'warning: DIR/a.yaml:8:19: no boundary lists upstream "nobodys", so no call reaches it',
    'warning: DIR/a.yaml:13:19: boundary "chat" has no rules for "output": answers are not inspected',
    'warning: DIR/a.yaml:18:18: "pii.*: allow" lets everything through that this guard finds',
    'warning: DIR/a.yaml:18:32: "guard.failed: flag" lets a call pass unchecked when this guard fails',
    'warning: DIR/a.yaml:20:16: "unicode" is only tried: what it finds is recorded, and lets the call pass',
    'warning: DIR/a.yaml:31:12: boundary "tried" is only tried: what it finds is recorded, and lets the call pass',
    expect.stringMatching(
      /^warning: DIR\/acme\.rego:4:29: meant, as a comment says: .*data\.limit may be of any/,
    ),
    'warning: DIR/acme.rego:6:1: nothing asks data.acme.unasked',
    'warning: DIR/other.rego:3:1: nothing asks data.other.allow',
    'DIR: 4 documents, 2 boundaries, 2 upstreams, 0 consumers: good',
  ])
})

test('two boundaries that nothing tells apart are no warning but an error', async () => {
  const [first] = await checked({ 'a.yaml': `${UPSTREAM}${boundary('one', '')}---\n${boundary('two', '')}` })
  expect(first).toMatch(/^DIR\/a\.yaml:\d+:\d+: serves the same calls as boundary "one"/)
})

test('Rego that nothing at all asks is compiled and told of as well', async () => {
  const files = {
    'a.yaml': `${UPSTREAM}${boundary('one', '  output: [{ use: pii }]\n')}`,
    'a.rego': 'package acme\n\nallow := true\n',
  }
  expect(await checked(files)).toContain('warning: DIR/a.rego:3:1: nothing asks data.acme.allow')
  const [wrong] = await checked({ ...files, 'a.rego': 'package acme\n\nallow := nothing\n' })
  expect(wrong).toMatch(/^DIR\/a\.rego:3:\d+: .*unsafe/)
})
