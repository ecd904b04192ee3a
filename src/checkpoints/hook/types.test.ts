import { readFileSync } from 'node:fs'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { call } from '../../../test/checkpoints.ts'
import { contentOf } from '../../core/content.ts'
import type { Content, Finding, ReadonlyExchange, Stage } from '../../core/types.ts'
import { PROTOCOLS } from '../../protocols/index.ts'
import { shown } from './shown.ts'

const read = (file: string) => readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8')
const TYPES = read('docs/hook.d.ts')

/** What TypeScript says of these files beside docs/hook.d.ts. */
function complaints(files: Readonly<Record<string, string>>): string[] {
  const all = new Map(Object.entries({ '/hook.d.ts': TYPES, ...files }))
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    checkJs: true,
    allowJs: true,
    target: ts.ScriptTarget.ES2023,
    lib: ['lib.es2023.d.ts'],
    types: [],
    exactOptionalPropertyTypes: true,
  }
  const host = ts.createCompilerHost(options)
  const real = host.getSourceFile.bind(host)
  host.getSourceFile = (name, target) => {
    const text = all.get(name)
    return text === undefined ? real(name, target) : ts.createSourceFile(name, text, target)
  }
  host.fileExists = (name) => all.has(name) || ts.sys.fileExists(name)
  const program = ts.createProgram([...all.keys()], options, host)
  return ts
    .getPreEmitDiagnostics(program)
    .map(
      ({ file, messageText }) =>
        `${file?.fileName ?? ''}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
    )
}

const finding: Finding = {
  guard: 'pii',
  code: 'pii.email',
  reason: 'an address',
  score: 1,
  stage: 'input',
  action: 'transform',
  places: [{ path: 'prompt', span: [0, 3] }],
  said: 'x',
  status: 403,
  retryAfter: 1,
  shadow: true,
}
const generate = PROTOCOLS.find(({ path }) => path === '/v1/generate')!
const request = contentOf([generate.request('{"model":"m","prompt":"hello"}').unit], true)
const answer: Content = {
  body: () => '{"choices":[]}',
  outline: () => undefined,
  tools: () => [],
  parts: () => [
    { path: 'choices[0].message.content', origin: 'model', kind: 'text', text: 'one' },
    { path: 'x', origin: 'model', kind: 'tool_call', text: '{}', tool: 'mail' },
  ],
}
const stages: Stage[] = ['admit', 'input', 'context', 'policy', 'output', 'tool']
const EXCHANGES: ReadonlyExchange[] = [
  ...stages.map((stage) =>
    call({ stage, request, findings: [finding], ...(stage === 'output' && { answer }) }),
  ),
  call({
    model: undefined,
    caller: { subject: 's', tenant: 't', roles: ['r'], claims: { org: { team: 1 } } },
  }),
  call({ stage: 'tool', answer: { ...answer, body: () => undefined } }),
]

test('docs/hook.d.ts is what scripts see: each field that it has, and none that it has not', () => {
  const all = EXCHANGES.map(shown)
  const values = all.map(
    (json, i) => `const value${i}: { request: HookRequest; answer?: HookAnswer } = ${json}`,
  )
  expect(complaints({ '/real.ts': values.join('\n') })).toEqual([])
  // That the compiler would say so:
  for (const [field, other] of [
    ['"boundary":', '"boundery":'],
    ['"span":[0,3]', '"span":[0]'],
    ['"tool":"mail"', '"tools":"mail"'],
    ['"method":"POST"', '"method":"GET"'],
  ])
    expect(complaints({ '/real.ts': values.join('\n').replaceAll(field!, other!) })).not.toEqual([])
  const declared = new Set([...TYPES.matchAll(/^ {2}readonly (\w+)/gm)].map(([, name]) => name!))
  for (const name of declared) expect(all.join('\n')).toContain(`"${name}":`)
}, 60_000)

const script = (body: string) =>
  `/** @type {Hook} */\nconst hook = function (request, answer) {\n${body}\n}\nvoid hook\n`

test('the scripts of the documentation fit it', () => {
  const documents = ['src/checkpoints/hook/README.md', 'docs/policy.md'].map(read)
  const blocks = documents.flatMap((text) => [
    ...[...text.matchAll(/^```js\n([\s\S]*?)^```/gm)].map(([, body]) => body!),
    ...[...text.matchAll(/^( *)(?:script|(?:pre|post)_processing_hook): \|.*\n((?:\1 +.*\n|\n)+)/gm)].map(
      ([, , body]) => body!,
    ),
  ])
  expect(blocks.length).toBeGreaterThan(2)
  const files = Object.fromEntries(
    blocks.map((body, i) => [
      `/script${i}.js`,
      `export {}\n${script(body.replace(/^\s*#\s.*$/gm, '').replaceAll('answer.', 'answer?.'))}`,
    ]),
  )
  expect(complaints(files)).toEqual([])
  expect(complaints({ '/wrong.js': script('return {status: "DENY"}') })).not.toEqual([])
  expect(complaints({ '/wrong.js': script('return {status: request.bodi}') })).not.toEqual([])
}, 60_000)
