// biome-ignore-all lint/suspicious/noTemplateCurlyInString: scripts hold templates
import { afterAll, describe, expect, test } from 'vitest'
import { bench, call } from '../../../test/checkpoints.ts'
import { hookEngine } from '../../adapters/hooks/index.ts'
import { contentOf } from '../../core/content.ts'
import { SourceError } from '../../core/errors.ts'
import type { Checkpoint, Entry, ReadonlyExchange } from '../../core/types.ts'
import { PROTOCOLS } from '../../protocols/index.ts'
import { hook } from './index.ts'

const hooks = hookEngine(30_000)
const { ports } = bench()
afterAll(() => hooks.close())

const SECRET = 'swordfish'
const open = async (script: string, more: object = {}): Promise<Checkpoint> =>
  hook.open(hook.config.parse({ script, ...more }), { ...ports, hooks })

const generate = PROTOCOLS.find(({ path }) => path === '/v1/generate')!
const asks = (prompt = SECRET): ReadonlyExchange =>
  call({
    stage: 'input',
    path: '/v1/generate',
    request: contentOf([generate.request(JSON.stringify({ model: 'm', prompt })).unit], true),
  })
const said = async (script: string, exchange = asks()): Promise<Entry> => (await open(script)).enter(exchange)

describe('what a script decides', () => {
  test.each<[string, Entry['objections']]>([
    ['return {status: "ALLOW"}', []],
    ['return {status: "ALLOW", note: 1}', []],
    [
      'return {status: "REJECT", code: 413, reason: "Too long."}',
      [{ code: 'hook.rejected', reason: 'Too long.', said: 'Too long.', status: 413 }],
    ],
    [
      'return {status: "REJECT"}',
      [{ code: 'hook.rejected', reason: 'the script gave no reason of its own', status: 403 }],
    ],
    ...['200', '500', '"413"', '403.5', 'NaN', '1e9', 'null', '{}', '-403'].map(
      (code): [string, Entry['objections']] => [
        `const code = ${code}; return {status: "REJECT", code}`,
        [{ code: 'hook.rejected', reason: 'the script gave no reason of its own', status: 403 }],
      ],
    ),
    [
      'return {status: "FLAG", reason: "odd "  + "words"}',
      [{ code: 'hook.flagged', reason: 'odd words', said: 'odd words' }],
    ],
    [
      'return {status: "TRANSFORM", parts: request.parts.map(({path}) => ({path, text: "x"}))}',
      [
        {
          code: 'hook.transformed',
          reason: 'the script writes another text here',
          place: { path: 'prompt' },
          replacement: 'x',
        },
      ],
    ],
    ['return {status: "TRANSFORM", parts: []}', []],
  ])('%s', async (script, objections) => {
    expect(await said(script)).toEqual({ objections })
  })

  test.each([
    ['return undefined', 'it returned nothing'],
    ['return null', 'it returned no status that is known'],
    ['return "ALLOW"', 'it returned no status that is known'],
    ['return true', 'it returned no status that is known'],
    ['return ["ALLOW"]', 'it returned no status that is known'],
    ['return {status: "allow"}', 'it returned no status that is known'],
    ['return {status: {toString: () => "ALLOW"}}', 'it returned no status that is known'],
    ['return JSON.parse(\'{"__proto__": {"status": "ALLOW"}}\')', 'it returned no status that is known'],
    ['Object.prototype.status = "ALLOW"; return {}', 'it returned no status that is known'],
    ['return (async () => ({status: "ALLOW"}))()', 'it returned no status that is known'],
    ['return {status: "TRANSFORM"}', 'its TRANSFORM has no valid parts'],
    ['return {status: "TRANSFORM", parts: [{path: "prompt"}]}', 'its TRANSFORM has no valid parts'],
    ['return {status: "TRANSFORM", parts: [null]}', 'its TRANSFORM has no valid parts'],
    ['throw new Error(request.body.prompt)', 'it threw Error in line 1'],
    ['for (;;);', 'it took longer than 10 ms'],
  ])('%s fails', async (script, reason) => {
    expect(await said(script)).toEqual({ objections: [{ code: 'hook.failed', reason }] })
  })
})

describe('a reason', () => {
  const reason = async (expression: string, prompt?: string) =>
    (await said(`return {status: "REJECT", reason: ${expression}}`, asks(prompt))).objections[0]!.said

  test('is told where it is made of the texts of the script and of numbers', async () => {
    expect(
      await reason('`The prompt has ${request.body.prompt.length} characters, ${0.25 * 100}% too many.`'),
    ).toBe('The prompt has 9 characters, 25% too many.')
    expect(await reason('"It\'s \\"so\\".\\n\\u0007  Next" + "\\ttext\\x7f\\u{202e}."')).toBe(
      'It\'s "so". Next text.',
    )
    expect((await reason('"Word ".repeat(200)'))?.length).toBe(499)
  })

  test('is told to nobody where it repeats the call', async () => {
    expect(await reason('request.body.prompt')).toBeUndefined()
    expect(await reason('`Not allowed: ${request.body.prompt}`')).toBeUndefined()
    expect(await reason('"Not allowed: " + request.body.prompt', '4539578763621486')).toBeUndefined()
    expect(await reason('["Not allowed"]')).toBeUndefined()
  })
})

describe('what a script sees', () => {
  test('of a request', async () => {
    const [objection] = (
      await said(
        'return {status: "TRANSFORM", parts: [{path: "", text: JSON.stringify([request, typeof answer])}]}',
      )
    ).objections
    expect(JSON.parse(objection!.replacement!)).toEqual([
      {
        path: '/v1/generate',
        method: 'POST',
        boundary: 'chat',
        stage: 'input',
        model: 'm',
        stream: false,
        caller: { subject: 'ada', tenant: 'acme', roles: [], claims: {} },
        upstreams: [{ name: 'u', protocol: 'openai' }],
        findings: [],
        parts: [{ path: 'prompt', origin: 'user', kind: 'text', text: SECRET }],
        body: { model: 'm', prompt: SECRET },
      },
      'undefined',
    ])
  })

  test('a body that is too large for its memory fails, and is not written down', async () => {
    const large = await open('return {status: "ALLOW"}', { memory: '1MiB' })
    expect(await large.enter(asks('x'.repeat(300_000)))).toEqual({
      objections: [{ code: 'hook.failed', reason: 'the call is too large for its memory' }],
    })
    expect(await large.enter(asks('x'.repeat(30_000)))).toEqual({ objections: [] })
  })
})

describe('what is refused when it is loaded', () => {
  test.each([
    ["\n# it's\nreturn {", 3, 'no JavaScript'],
    ['\n  return {status: "REJECT", code: 200}', 2, 'from 400 to 499'],
    ['# a\n}', 2, 'closes nothing'],
  ])('%j', async (script, line, message) => {
    const error = await open(script).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(SourceError)
    expect(error).toMatchObject({ field: 'script', line, message: expect.stringContaining(message) })
  })

  test.each([
    { time: '0ms' },
    { time: '2s' },
    { time: 10 },
    { memory: '512KiB' },
    { memory: '1GiB' },
    { clock: 'yes' },
    { script: '' },
    { more: 1 },
  ])('%j', (field) => {
    expect(hook.config.safeParse({ script: 'return 1', ...field }).success).toBe(false)
  })

  test('where nothing runs JavaScript', async () => {
    await expect((async () => hook.open(hook.config.parse({ script: 'return 1' }), ports))()).rejects.toThrow(
      'nothing here that runs JavaScript',
    )
  })
})
