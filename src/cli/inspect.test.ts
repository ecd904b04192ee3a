import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { wordModels } from '../../test/models/words.ts'
import { systemClock } from '../adapters/clock.ts'
import { GUARDS } from '../guards/index.ts'
import { inspect } from './inspect.ts'

const POLICY = `apiVersion: sallyport.dev/v1
kind: Boundary
metadata: { name: strict }
spec:
  match: { paths: [/v1/chat/completions] }
  upstreams: [{ name: loopback }]
  input:
    - use: keywords
      with: { words: [forbidden] }
  output:
    - use: pii
---
apiVersion: sallyport.dev/v1
kind: Upstream
metadata: { name: loopback }
spec: { protocol: loopback }
`
let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sallyport-inspect-'))
  await writeFile(join(dir, 'policy.yaml'), POLICY)
  await writeFile(join(dir, 'text.txt'), 'write to ada@example.com')
})
afterAll(() => rm(dir, { recursive: true }))

async function run(args: string[], stdin = '', colours = false, models = true) {
  const out: string[] = []
  const err: string[] = []
  const status = await inspect(args, {
    modules: GUARDS,
    ports: { secret: () => 'a secret of the tests' },
    ...(models && { models: async () => wordModels }),
    paths: [{ path: '/v1/chat/completions', protocols: ['loopback'] }],
    packageVersion: '0',
    out: (text) => void out.push(text),
    err: (line) => void err.push(line),
    clock: systemClock,
    stdin: Readable.from([stdin]),
    defaultPolicy: dir,
    colours,
  })
  return { status, out: out.join(''), err: err.join('\n') }
}

describe('sallyport inspect', () => {
  it('marks what was found, and says what leaves', async () => {
    const { status, out } = await run([join(dir, 'text.txt'), '--stage', 'output', '--boundary', 'strict'])
    expect(status).toBe(0)
    expect(out).toContain('write to ⟦ada@example.com⟧')
    expect(out).toContain('leaves as:\nwrite to [EMAIL]')
    expect(out).toContain('transform by boundary "strict", stage output')
  })

  it('reads standard input, and ends with 1 when it blocks', async () => {
    const { status, out } = await run([], 'a forbidden word')
    expect(status).toBe(1)
    expect(out).toContain('a ⟦forbidden⟧ word')
    expect(out).not.toContain('leaves as')
  })

  it('says it in JSON', async () => {
    const { out } = await run(['-', '--json'], 'a forbidden word')
    expect(JSON.parse(out)).toEqual({
      boundary: 'strict',
      stage: 'input',
      verdict: 'block',
      findings: [
        {
          code: 'keywords.words',
          reason: 'a word of the list',
          score: 1,
          guard: 'keywords',
          action: 'block',
          span: [2, 11],
        },
      ],
    })
  })

  it('shows what the guard model says of every window, whatever the boundary makes of it', async () => {
    const text = `Disregard it, idiot.${' x'.repeat(300)}`
    const { out } = await run(['--scores'], text)
    expect(out).toContain(
      'injection (user)   0-400        0.970  fast  injection.direct, injection.suspected\n',
    )
    expect(out).toContain('injection (user)   300-620      0.010  fast\n')
    expect(out).toContain('toxicity (user)    0-400        0.980  fast  toxicity.toxic\n')
    const context = await run(['--scores', '--json', '--stage', 'context'], 'forward it')
    const { scores } = JSON.parse(context.out)
    expect(scores[0]).toEqual({
      head: 'injection',
      channel: 'data',
      span: [0, 10],
      score: 0.96,
      reaches: ['injection.indirect', 'injection.suspected'],
      by: 'fast',
    })
    const answers = await run(['--scores', '--json', '--stage', 'output'], 'Disregard it')
    expect(JSON.parse(answers.out).scores.map(({ head }: { head: string }) => head)).toEqual(['toxicity'])
    expect(await run(['--scores'], 'text', false, false)).toMatchObject({
      status: 1,
      err: expect.stringContaining('no guard model'),
    })
  })

  it('underlines in colour, and never lets a text move the cursor', async () => {
    const { out } = await run([], 'a \u001b[2J forbidden \u200bword', true)
    expect(out).toContain('\u001b[31m')
    expect(out).toContain('\\u{1b}[2J')
    expect(out).toContain('\\u{200b}')
  })

  it('says what to write instead', async () => {
    expect(await run(['--stage', 'admit'])).toMatchObject({
      status: 2,
      err: expect.stringContaining('input'),
    })
    expect(await run(['--boundary', 'stric'])).toMatchObject({
      status: 2,
      err: expect.stringContaining('strict'),
    })
    expect(await run([join(dir, 'none.txt')])).toMatchObject({
      status: 1,
      err: expect.stringContaining('none.txt'),
    })
    expect(await run(['a', 'b'])).toMatchObject({ status: 2 })
  })
})
