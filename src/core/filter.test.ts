import { describe, expect, it } from 'vitest'
import {
  answer,
  answerNow,
  bytes,
  checks,
  DONE,
  delta,
  event,
  exchange,
  finds,
  finish,
  request,
  rule,
  said,
  stream,
  streamNow,
} from '../../test/drive.ts'
import { casesOf, openCase } from '../../test/guard-law.ts'
import { GUARDS } from '../guards/index.ts'
import type { Checks, Guard, Hit, Look, Opinion } from './types.ts'

const judges = (inspect: Look, rest: Partial<Guard> = {}): Guard =>
  ({ scope: 'part', hold: 100, lookbehind: 0, inspect, ...rest }) as Guard
const hit = (start: number, end: number, rest: Partial<Hit> = {}): Hit => ({
  code: 'test.word',
  reason: 'a word',
  score: 1,
  span: [start, end],
  ...rest,
})
const end = (view: { offset: number; text: string }) => view.offset + view.text.length
const user = (content: unknown, role = 'user') => ({ messages: [{ role, content }] })
const texts = (...said: string[]) => said.map((text) => ({ type: 'text', text }))
const answered = (content: string) => ({ choices: [{ index: 0, message: { content } }] })
const sent = (sent: string, message = 0) => JSON.parse(sent).messages[message].content
const streamed = (on: Checks, pieces: readonly string[]) =>
  stream(exchange(on), [...pieces.map((piece) => delta(piece)), finish(), DONE].map(bytes))

describe('a guard that misbehaves lets nothing through', () => {
  const NONSENSE: Record<string, (view: { offset: number; text: string; from: number }) => unknown> = {
    'gives nothing': () => undefined,
    'gives null': () => null,
    'gives no hits': (view) => ({ settled: end(view) }),
    'gives hits that are no array': (view) => ({ hits: {}, settled: end(view) }),
    'gives a hit that is none': (view) => ({ hits: [null], settled: end(view) }),
    'gives a hit without a span': (view) => ({ hits: [{ code: 'test.word' }], settled: end(view) }),
    'gives a hit without a code': (view) => ({ hits: [{ span: [0, 1] }], settled: end(view) }),
    'has settled NaN': () => ({ hits: [], settled: Number.NaN }),
    'has settled half a character': () => ({ hits: [], settled: 0.5 }),
    'has settled text that has not come': (view) => ({ hits: [], settled: end(view) + 1 }),
    'has settled infinitely far': () => ({ hits: [], settled: Number.POSITIVE_INFINITY }),
    'finds at NaN': (view) => ({ hits: [hit(Number.NaN, 1)], settled: end(view) }),
    'finds up to NaN': (view) => ({ hits: [hit(0, Number.NaN)], settled: end(view) }),
    'finds before the text': (view) => ({ hits: [hit(-1, 1)], settled: end(view) }),
    'finds behind the text': (view) => ({ hits: [hit(end(view), end(view) + 1)], settled: end(view) }),
    'finds backwards': (view) => ({ hits: [hit(3, 1)], settled: end(view) }),
    throws: () => {
      throw new Error('x')
    },
    rejects: () => Promise.reject(new Error('x')),
    // biome-ignore lint/suspicious/noThenProperty: that is the point
    'gives what only looks like a promise': () => ({ then: () => {} }),
  }
  for (const [name, nonsense] of Object.entries(NONSENSE))
    it(`where it ${name}`, async () => {
      for (const action of ['flag', 'transform', 'block'] as const) {
        const guard = judges(nonsense as Look)
        const asked = await request(checks([rule('input', action, guard)]), user('hello'))
        expect(asked.block?.code).toBe('guard.failed')
        const on = checks([rule('output', action, guard)])
        expect((await answer(exchange(on), answered('hello'))).block?.code).toBe('guard.failed')
        const { out, block } = await streamed(on, ['hel', 'lo'])
        expect([out, block?.code]).toEqual(['', 'guard.failed'])
      }
    })

  it('where it cannot even begin', async () => {
    const guard: Guard = {
      scope: 'exchange',
      hold: 0,
      lookbehind: 0,
      begin: () => {
        throw new Error('x')
      },
    }
    expect((await request(checks([rule('input', 'flag', guard)]), user('hello'))).block?.code).toBe(
      'guard.failed',
    )
    expect((await streamed(checks([rule('output', 'flag', guard)]), ['hello'])).out).toBe('')
  })

  it('where a hit straddles what it has settled', async () => {
    const guard = judges((view) => ({ hits: [hit(0, end(view))], settled: end(view) - 1 }))
    const { out, block } = await streamed(checks([rule('output', 'flag', guard)]), ['hello', ' you'])
    expect([out, block?.code]).toEqual(['', 'guard.failed'])
  })

  it('where it never settles: past the cap it blocks, and before the cap nothing leaves until the end', async () => {
    const guard = judges((view) => ({ hits: [], settled: view.final ? end(view) : 0 }))
    const on = checks([rule('output', 'flag', guard)])
    const short = await streamed(on, ['hel', 'lo'])
    expect(short.steps.slice(0, 2)).toEqual(['', ''])
    expect(said(short.out)).toBe('hello')
    const ex = exchange(on, { holdCharacters: 10 })
    const long = await stream(ex, [delta('12345678'), delta('9abcdef'), finish()].map(bytes))
    expect([long.out, long.block?.code]).toEqual(['', 'guard.failed'])
  })

  it('where it goes back on what it has settled', async () => {
    let looks = 0
    const guard = judges((view) => ({ hits: [], settled: looks++ === 0 ? end(view) : 0 }))
    const { out } = await streamed(checks([rule('output', 'flag', guard)]), ['a', 'b', 'c'])
    expect(said(out)).toBe('abc')
  })

  it('where its hits are in no order', async () => {
    const guard = judges((view) => ({
      hits: [
        hit(6, 7, { edit: { replace: 'C' } }),
        hit(0, 1, { edit: { replace: 'A' } }),
        hit(3, 4, { edit: { replace: 'B' } }),
      ],
      settled: end(view),
    }))
    const { sent: body } = await request(checks([rule('input', 'transform', guard)]), user('abcdefghi'))
    expect(sent(body)).toBe('AbcBefChi')
    expect((await streamed(checks([rule('output', 'block', guard)]), ['abcdefghi'])).out).toBe('')
  })

  it('where it answers after its time, whatever it then says', async () => {
    const alarms: (() => void)[] = []
    const clock = {
      now: () => 0,
      after(_: number, run: () => void) {
        alarms.push(run)
        return () => {}
      },
    }
    const answers: ((opinion: Opinion) => void)[] = []
    const guard = judges(() => new Promise<Opinion>((resolve) => void answers.push(resolve)))
    const on = checks([rule('input', 'flag', guard)])
    const pending = request(on, user('hello'), exchange(on, { clock }))
    await Promise.resolve()
    expect(alarms).toHaveLength(1)
    alarms[0]!()
    answers[0]!({ hits: [], settled: 5 })
    const { block, ex } = await pending
    expect([block?.code, ex.findings.length]).toEqual(['guard.failed', 1])
  })

  it('and passes only where a policy spells it out, which is recorded', async () => {
    const guard = judges(() => {
      throw new Error('x')
    })
    const open = rule('input', 'flag', guard, { actions: new Map([['guard.failed', 'flag']]) })
    const { sent: body, ex } = await request(checks([open]), user('hello'))
    expect([sent(body), ex.findings.map((found) => [found.code, found.action])]).toEqual([
      'hello',
      [['guard.failed', 'flag']],
    ])
  })
})

describe('edits', () => {
  const replace = (word: string, by: string, stage: 'input' | 'output' = 'input', name = word) =>
    rule(stage, 'transform', finds(word, { replace: by }), { name })

  it('of two guards that overlap in any way unite, streamed as buffered', async () => {
    const PAIRS: [string, string, string, string][] = [
      ['abcd', 'cdef', 'abcdef', '[1]'],
      ['cdef', 'abcd', 'abcdef', '[2]'],
      ['abcdef', 'cd', 'abcdef', '[1]'],
      ['cd', 'abcdef', 'abcdef', '[2]'],
      ['abc', 'abcdef', 'abcdef', '[2]'],
      ['def', 'abcdef', 'abcdef', '[2]'],
      ['abcdef', 'abcdef', 'abcdef', '[1]'],
      ['abc', 'def', 'abcdef', '[1][2]'],
      ['ab', 'ef', 'abcdef', '[1]cd[2]'],
    ]
    for (const [one, two, text, expected] of PAIRS) {
      const on = checks([replace(one, '[1]', 'output', 'one'), replace(two, '[2]', 'output', 'two')])
      const whole = JSON.parse(answerNow(exchange(on), answered(`x${text}y`)).out).choices[0].message.content
      expect([one, two, whole]).toEqual([one, two, `x${expected}y`])
      for (let a = 1; a < text.length + 2; a++)
        for (let b = a; b < text.length + 2; b++) {
          const x = `x${text}y`
          const { out } = await streamed(on, [x.slice(0, a), x.slice(a, b), x.slice(b)])
          expect([one, two, a, b, said(out)]).toEqual([one, two, a, b, whole])
        }
    }
  })

  it('at the borders of content parts, over several of them, and of the whole text', async () => {
    const on = checks([replace('secret', '[X]')])
    const run = async (...parts: string[]) =>
      (sent((await request(on, user(texts(...parts)))).sent) as { text: string }[]).map(({ text }) => text)
    expect(await run('secret', 'secret')).toEqual(['[X]', '[X]'])
    expect(await run('a sec', 'ret')).toEqual(['a [X]', ''])
    expect(await run('s', 'e', 'c', 'r', 'e', 't', '!')).toEqual(['[X]', '', '', '', '', '', '!'])
    expect(await run('', 'secret', '')).toEqual(['', '[X]', ''])
    expect(await run('sec', '', 'ret')).toEqual(['[X]', '', ''])
    expect(await run('xsecretsecrety')).toEqual(['x[X][X]y'])
  })

  it('over what cannot be rewritten become a block', async () => {
    const on = checks([
      rule('input', 'transform', finds('secret', { replace: '[X]' })),
      rule('context', 'transform', finds('secret', { drop: true })),
    ])
    expect((await request(on, { messages: [], 'a secret': 'x' })).block?.action).toBe('block')
    expect((await request(on, user([{ 'a secret': 'x' }], 'tool'))).block?.action).toBe('block')
    const numbers = checks([rule('input', 'transform', finds('4532015112830366', { replace: '[X]' }))])
    expect((await request(numbers, { messages: [], x: 4532015112830366 })).block?.action).toBe('block')
    expect(
      sent((await request(numbers, { messages: [{ role: 'user', content: '4532015112830366' }] })).sent),
    ).toBe('[X]')
  })

  it('of nothing become a block: there is nothing to replace', async () => {
    const guard = judges((view) => ({ hits: [hit(2, 2, { edit: { replace: 'X' } })], settled: end(view) }))
    expect((await request(checks([rule('input', 'transform', guard)]), user('hello'))).block?.action).toBe(
      'block',
    )
  })

  it('that drop cannot be made in a stream, where the text has begun to leave', async () => {
    const on = checks([rule('output', 'transform', finds('secret', { drop: true }))])
    expect(JSON.parse(answerNow(exchange(on), answered('a secret b')).out).choices[0].message.content).toBe(
      '[removed by policy]',
    )
    const { out, block } = await streamed(on, ['a sec', 'ret b'])
    expect(['a '.startsWith(said(out)), block?.action]).toEqual([true, 'block'])
  })

  it('before a blocking span stand, and one that reaches over it keeps its text back', async () => {
    const on = checks([
      replace('aa', '[A]', 'output'),
      rule('output', 'block', finds('bb'), { name: 'b' }),
      replace('cbbc', '[C]', 'output'),
    ])
    expect(said((await streamed(on, ['x aa y bb z'])).out)).toBe('')
    expect(said((await streamed(on, ['x aa ', 'y ', 'bb z'])).out)).toBe('x [A] y ')
    expect(said((await streamed(on, ['x ', 'cb', 'bc'])).out)).toBe('x ')
  })
})

describe('seams', () => {
  it('are read as nothing and as a line break', async () => {
    const nothing = checks([rule('input', 'block', finds('secret'))])
    const line = checks([rule('input', 'block', finds('sec\nret'))])
    for (const on of [nothing, line])
      expect((await request(on, user(texts('a sec', 'ret b')))).block?.places).toEqual([
        { path: 'messages[0].content[0].text', span: [2, 5] },
        { path: 'messages[0].content[1].text', span: [0, 3] },
      ])
  })

  it('give one finding for what both readings find', async () => {
    const on = checks([rule('input', 'flag', finds('secret'))])
    const parts = texts('secret a', 'b secret', '', 'c secret')
    expect((await request(on, user(parts))).ex.findings).toHaveLength(3)
  })

  it('stay where they are behind the edits of a stage before', async () => {
    const on = checks([
      rule('output', 'transform', finds('xx', { replace: '' })),
      rule('tool', 'block', finds('sec\nret')),
    ])
    const args = JSON.stringify(['xxsecxx', 'xx', 'retxx'])
    const call = { tool_calls: [{ index: 0, function: { name: 'f', arguments: args } }] }
    expect((await answer(exchange(on), { choices: [{ index: 0, message: call }] })).block?.code).toBe(
      'test.word',
    )
  })
})

describe('marks', () => {
  const mark = (open: string, close: string, origin: 'retrieved' | 'tool' = 'retrieved') =>
    ({ between: [open, close], origin }) as const
  const masks = (...marks: Checks['marks']) =>
    checks([rule('context', 'transform', finds('secret', { replace: '[X]' }))], { marks })

  it('hold over several content parts, and no text is doubled or lost', async () => {
    const on = masks(mark('<d>', '</d>'))
    const run = async (...parts: string[]) =>
      (sent((await request(on, user(texts(...parts)))).sent) as { text: string }[]).map(({ text }) => text)
    expect(await run('secret <d>a secret', 'b secret', 'c secret</d> secret', 'secret')).toEqual([
      'secret <d>a [X]',
      'b [X]',
      'c [X]</d> secret',
      'secret',
    ])
    expect(await run('<d>', 'a sec', 'ret b', '</d>')).toEqual(['<d>', 'a [X]', ' b', '</d>'])
    expect(await run('<', 'd>secret</', 'd>')).toEqual(['<', 'd>[X]</', 'd>'])
  })

  it('of several kinds all hold in one text, with places as the caller sees them', async () => {
    const on = masks(mark('<a>', '</a>'), mark('<b>', '</b>', 'tool'))
    const text = 'secret <b>secret</b> secret <a>secret</a> secret <b>secret</b> secret'
    const { sent: body, ex } = await request(on, user(text))
    // The outer marks of a kind count: what stands between two documents of it is one of them.
    expect(sent(body)).toBe('secret <b>[X]</b> [X] <a>[X]</a> [X] <b>[X]</b> secret')
    for (const { places } of ex.findings)
      for (const { span } of places) expect(text.slice(...span)).toBe('secret')
  })

  it('number tokens in the order of the conversation', async () => {
    const token = finds('bob', { token: 'NAME' })
    const other = finds('eve', { token: 'NAME' })
    const on = checks([rule('input', 'transform', other), rule('context', 'transform', token)], {
      marks: [mark('<d>', '</d>')],
    })
    const { sent: body } = await request(on, {
      messages: [
        { role: 'user', content: 'see <d>bob</d>' },
        { role: 'user', content: 'eve' },
      ],
    })
    expect(body).toContain('see <d>[NAME_1]</d>')
    expect(body).toContain('"[NAME_2]"')
  })

  it('a document that is dropped does not take the message with it', async () => {
    const on = checks([rule('context', 'transform', finds('secret', { drop: true }))], {
      marks: [mark('<d>', '</d>')],
    })
    expect(sent((await request(on, user('sum up <d>a secret</d> please'))).sent)).toBe(
      'sum up <d>[removed by policy]</d> please',
    )
  })

  it('cannot be undone from inside: a document does not end early, and one that is not closed goes to the end', async () => {
    const on = checks([rule('context', 'block', finds('secret'))], { marks: [mark('<d>', '</d>')] })
    expect((await request(on, user('<d>a</d> secret </d>'))).block).toBeDefined()
    expect((await request(on, user('</d> <d> secret'))).block).toBeDefined()
    expect((await request(on, user('</d> secret <d>'))).block).toBeUndefined()
  })
})

describe('arguments of tool calls', () => {
  const call = (args: string) => ({
    choices: [
      { index: 0, message: { tool_calls: [{ index: 0, function: { name: 'f', arguments: args } }] } },
    ],
  })
  const block = (args: string, word = 'secret') =>
    answerNow(
      exchange(checks([rule('output', 'block', finds(word))]), { holdCharacters: 10_000_000 }),
      call(args),
    ).block?.code

  it('are read inside, whatever their form', () => {
    for (const args of [
      '{"a":"secret"}',
      '{"a":"s\\u0065cret"}',
      '"secret"',
      '["x",["secret"]]',
      '{"secret":1}',
      '{"s\\u0065cret":1}',
      '{"a":1,"a":"secret"}',
      '{"a":"secret","a":1}',
      '{"a":{"b":{"a":"secret"}}}',
      ' {"a":"secret"} ',
      '{"a":"sec","b":"ret"}'.replace('","b":"', ''),
      'secret',
      '{"a":"secret"',
      '{"a":"s\\u0065cret"',
      "{'a':'s\\u0065cret'}",
      "{'a':'s\\x65cret'}",
      `[${'1,"",'.repeat(200_001)}"s\\u0065cret"]`,
      '{"a":"s\\u0065cret"} x',
      '{a:"secret"}',
      '{"a":"s\\ecret",}',
      `${'['.repeat(200)}"s\\u0065cret"${']'.repeat(200)}`,
      '\ufeff{"a":"s\\u0065cret"}',
    ])
      expect([args.slice(0, 60), block(args)]).toEqual([args.slice(0, 60), 'test.word'])
    expect(block('{"a":4532015112830366}', '4532015112830366')).toBe('test.word')
  })

  it('that are malformed or repeat a key are left as they are where nothing is found', () => {
    const on = checks([rule('output', 'transform', finds('secret', { replace: '[X]' }))])
    for (const args of [
      '{"a":1,"a":2}',
      '{"a":',
      '',
      ' ',
      'null',
      '{"a":"\\ud83d"}',
      '{"a":1.0e0 , "b" :\t2}',
    ]) {
      const { out, block } = answerNow(exchange(on), call(args))
      expect([args, block, JSON.parse(out)]).toEqual([args, undefined, call(args)])
    }
    expect(JSON.parse(answerNow(exchange(on), call('{"a":"secret","a" : "a secret"}')).out)).toEqual(
      call('{"a":"[X]","a" : "a [X]"}'),
    )
  })

  it('of which more come than may be held are refused, streamed as buffered', () => {
    const args = JSON.stringify(['x'.repeat(100)])
    const on = checks([rule('output', 'flag', finds('secret'))])
    const small = () => exchange(on, { holdCharacters: 50 })
    expect(answerNow(small(), call(args)).block?.code).toBe('guard.failed')
    const pieces = [...args].map((piece) =>
      event({ delta: { tool_calls: [{ index: 0, function: { arguments: piece } }] } }),
    )
    expect(streamNow(small(), [...pieces, DONE].map(bytes)).block?.code).toBe('guard.failed')
  })
})

describe('guards that take their time', () => {
  const slow = (guard: Guard): Guard =>
    ({
      ...guard,
      inspect: async (view: Parameters<Look>[0]) => {
        await new Promise((resolve) => setTimeout(resolve, 0))
        return (guard as Extract<Guard, { scope: 'part' }>).inspect(view)
      },
    }) as Guard

  it('say the same as those that answer at once, beside them', async () => {
    const pieces = ['a s', 'ec', 'ret ', 'an', 'd oth', 'er', ' things']
    const on = (wait: (guard: Guard) => Guard) =>
      checks([
        rule('output', 'transform', wait(finds('secret', { replace: '[X]' }))),
        rule('output', 'transform', finds('other', { replace: '[Y]' })),
        rule('output', 'block', wait(finds('things'))),
      ])
    const quick = await streamed(
      on((guard) => guard),
      pieces,
    )
    const slowly = await streamed(on(slow), pieces)
    expect(slowly).toEqual(quick)
    expect(said(quick.out)).toBe('a [X] and [Y]')
  })
})

describe('shadow', () => {
  it('holds, edits and blocks nothing, and records what would have been', async () => {
    const rules = [
      rule('output', 'block', finds('secret')),
      rule('output', 'transform', finds('other', { replace: '[Y]' })),
      rule('output', 'block', { ...finds('x'), hold: 'whole' }),
    ]
    const on = checks(rules, { shadow: true })
    const ex = exchange(on, { holdCharacters: 5 })
    const call = (args: string) =>
      event({ delta: { tool_calls: [{ index: 0, function: { arguments: args } }] } })
    const sent = [
      delta('a sec'),
      delta('ret other'),
      call('{"a":"se'),
      call('cret and more"}'),
      finish(),
      DONE,
    ]
    const { out, steps, block } = await stream(ex, sent.map(bytes))
    expect([out, steps, block]).toEqual([sent.join(''), [...sent, ''], undefined])
    expect(ex.findings.map((found) => [found.code, found.action])).toEqual([
      ['test.word', 'block'],
      ['test.word', 'transform'],
      // The rule that wants the whole would have had to hold more than may be held: a text, and the arguments of a call.
      ['guard.failed', 'block'],
      ['test.word', 'block'],
      ['guard.failed', 'block'],
    ])
    expect(ex.findings.every(({ shadow }) => shadow)).toBe(true)
  })

  it('keeps no more of a stream than may be held: a rule that wants more looks no further', async () => {
    let asked = 0
    const whole = rule('output', 'block', {
      scope: 'part',
      hold: 'whole',
      lookbehind: 0,
      inspect: ({ text }) => {
        asked += text.length
        return { hits: [], settled: 0 }
      },
    })
    const seen = rule('output', 'block', finds('secret'))
    const ex = exchange(checks([{ ...whole, shadow: true }, seen]), { holdCharacters: 10 })
    const sent = [delta('0123456789'), delta('0123456789'), delta('more'), finish(), DONE]
    const { out, block } = await stream(ex, sent.map(bytes))
    expect([out, block, asked]).toEqual([sent.join(''), undefined, 0])
    expect(ex.findings).toMatchObject([{ code: 'guard.failed', action: 'block', shadow: true }])
    expect([ex.verdict, ex.shadowed]).toEqual(['allow', 'block'])
    const again = exchange(checks([{ ...whole, shadow: true }, seen]), { holdCharacters: 10 })
    expect(
      (await stream(again, [delta('0123456789'), delta('a secret'), finish(), DONE].map(bytes))).block,
    ).toBeDefined()
  })
})

describe('rules with origins', () => {
  it('look only at parts of those origins, the marked ones too', async () => {
    const on = checks([rule('input', 'block', finds('secret'), { origins: new Set(['user']) })], {
      marks: [{ between: ['<d>', '</d>'], origin: 'retrieved' }],
    })
    expect((await request(on, user('a secret', 'system'))).block).toBeUndefined()
    expect((await request(on, user('a secret'))).block).toBeDefined()
    expect((await request(on, user('<d>a secret</d>'))).block).toBeUndefined()
  })
})

describe('much of it', () => {
  const everyX = (edit?: Hit['edit']) => finds('x', edit)
  const whole: Guard = judges((view) => ({ hits: [], settled: end(view) }), { hold: 'whole' })
  const answerIs = checks([rule('output', 'flag', whole)])
  const edited = checks([
    rule('output', 'flag', whole),
    rule('output', 'transform', everyX({ replace: 'yy' })),
    rule('output', 'transform', everyX({ replace: 'z' }), { name: 'second' }),
  ])
  const big = (on: Checks) => exchange(on, { holdCharacters: 10_000_000 })
  const held = (on: Checks, first: string) => (size: number) => {
    const events = [first, ...Array.from({ length: size }, () => delta('x')), finish(), DONE]
    const { out } = streamNow(big(on), events.map(bytes))
    expect(said(out)).toHaveLength(on === edited ? 2 * size : size)
  }

  // Sizes at which quadratic work would take minutes, and the test's own limit end it.
  it('a hundred thousand events that a guard holds to the end of the stream', () => {
    held(answerIs, delta(''))(100_000)
    held(answerIs, event({ delta: { content: '', reasoning: '' } }))(100_000)
    held(edited, delta(''))(30_000)
  }, 60_000)

  it('a hundred thousand findings, in one text or in as many', async () => {
    const on = checks([
      rule('input', 'transform', everyX({ replace: 'yy' })),
      rule('context', 'flag', everyX()),
    ])
    const size = 100_000
    const many = Array.from({ length: size }, () => 'x')
    const call = { type: 'function', function: { name: 'f', arguments: JSON.stringify(many) } }
    for (const body of [
      user('x '.repeat(size)),
      user(texts(...many)),
      { messages: [], w: many },
      { messages: [{ role: 'assistant', tool_calls: [call] }] },
    ]) {
      const { sent: text, ex } = await request(on, body)
      expect(text.split('yy').length - 1).toBe(size)
      expect(ex.findings.length + ex.omitted).toBe(size)
    }
  }, 60_000)

  it('every guard of the gate on a megabyte of what could be strange to it', async () => {
    const rules = await Promise.all(
      GUARDS.map(async (module) => {
        const row = casesOf(module.name).find(({ config }) => config !== undefined)
        const config = module.name === 'pii' ? {} : row?.config
        const codes = Object.keys(module.codes(module.config.parse(config ?? {})))
        const actions = new Map(codes.map((code) => [code, 'flag' as const]))
        return rule('input', 'flag', await openCase(module, { config }), { name: module.name, actions })
      }),
    )
    const on = checks(rules)
    const pieces = [
      'a',
      'a@',
      '4',
      '4 ',
      '4-',
      '.',
      '@.',
      'a.b@c.d ',
      '\u0301',
      '\u200b',
      '是',
      '😀',
      '[',
      '\\',
      'ssn ',
      '\n',
    ]
    for (const piece of pieces)
      expect((await request(on, user(piece.repeat((1 << 20) / piece.length)))).block).toBeUndefined()
  }, 120_000)
})
