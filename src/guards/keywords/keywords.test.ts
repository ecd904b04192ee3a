import fc from 'fast-check'
import { RE2JS } from 're2js'
import { describe, expect, it } from 'vitest'
import { firstBreach, inspectWhole, lookOf, openCase, ports, viewOf } from '../../../test/guard-law.ts'
import { times } from '../../../test/seed.ts'
import { canonicalise } from '../../core/canonical/index.ts'
import { keywords } from './index.ts'
import { parse, source } from './parse.ts'
import { measure } from './reach.ts'

const open = (config: unknown) => openCase(keywords, { config })
const joined = (pieces: readonly string[], max: number) =>
  fc.array(fc.constantFrom(...pieces), { maxLength: max }).map((all) => all.join(''))

const LISTS = {
  words: ['foo bar', 'no no', 'a b', 'b a', 'm.'],
  lists: { rivals: ['bar baz', 'foo'], dashes: ['ab-cd', 'cd-ab', 'cd-'] },
  patterns: ['ab-[a-z]{1,6}', '[a-z]{1,3}-c', 'foo.{0,4}b', String.raw`\bemp-\d{2,6}\b`, '[0-9a-z]{2,8}-no'],
}
const PIECES = [
  'foo',
  'bar',
  'baz',
  'no',
  ' ',
  '  ',
  '\n',
  'a',
  'b',
  'ab',
  'cd',
  '-',
  'emp-',
  '12',
  '7',
  '.',
  '👍',
  '\u200b',
  '㏂',
  'о',
  'ｂ',
]

describe('keywords', () => {
  it('says the same however a text is cut', async () => {
    const guard = await open(LISTS)
    await fc.assert(
      fc.asyncProperty(joined(PIECES, 12), async (text) => {
        fc.pre(text.length <= 40)
        expect(await firstBreach(guard, text)).toBeUndefined()
      }),
      { numRuns: times(40) },
    )
  })

  it('finds with literals first what the pattern finds alone', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...LISTS.patterns), joined(PIECES, 30), async (pattern, text) => {
        const guard = await open({ patterns: [pattern] })
        const canonical = canonicalise(text, 0)
        const expected: (readonly number[])[] = []
        const matcher = RE2JS.compile(pattern).matcher(canonical.text)
        while (matcher.find()) expected.push(canonical.span(matcher.start(), matcher.end()))
        const { hits } = await inspectWhole(guard, text)
        expect(hits.map((hit) => hit.span)).toEqual(expected)
      }),
      { numRuns: times(300) },
    )
  })

  it('lets ordinary text go at once', async () => {
    const look = lookOf(
      await open({ words: ['bomb', 'internal use only'], patterns: ['project x[a-z]{0,8}'] }),
    )
    const text = 'This assault on climbing is ordinary and prob'
    const opinion = await look(viewOf({}, { text, final: false }))
    expect(opinion.settled).toBe(text.length)
  })

  it('holds only what could still begin a word', async () => {
    const look = lookOf(await open({ words: ['internal use only'] }))
    const text = 'this is for internal  use'
    const opinion = await look(viewOf({}, { text, final: false }))
    expect(opinion.settled).toBe(text.indexOf(' internal') + 1)
  })

  it.each([
    ['ab*', '{0,64}'],
    ['ab+', '{1,64}'],
    ['a{3,}', '{3,67}'],
    ['^ab', String.raw`\b`],
    ['ab$', String.raw`\b`],
    [String.raw`a\Bb`, 'anchors'],
    [String.raw`\Aab`, 'anchors'],
    ['a{2,1001}', '1000'],
    ['(?:ab{0,900}c){2}', '1024'],
    ['a?', 'required'],
    ['(ab', 'not closed'],
    ['ab)', ') without'],
    ['(?i)ab', 'case never matters'],
    ['[b-a]', 'range'],
    ['[ab', 'ends too early'],
    [String.raw`a\1`, 'not supported'],
    ['a|{2}', 'nothing to repeat'],
    [`${'('.repeat(60)}a${')'.repeat(60)}`, 'nested'],
  ])('refuses the pattern %s and says what to write', (pattern, says) => {
    expect(() => keywords.open({ patterns: ['ok', pattern] }, ports)).toThrow(says)
    expect(() => keywords.open({ patterns: ['ok', pattern] }, ports)).toThrow('number 2')
  })

  it.each([
    ['project (?:apollo|gemini)', ['project', 0, 0]],
    [String.raw`\bemp-\d{4}`, ['emp-', 0, 0]],
    ['[a-z]{1,8}@evil', ['@evil', 1, 8]],
    ['[a-z]{2}(?:cat|dogs)', ['cat,dogs', 2, 2]],
    ['(?:ab){3}x', ['abababx', 0, 0]],
  ] as const)('takes from %s the literal that it needs', (pattern, [words, nearest, farthest]) => {
    const { needles } = measure(parse(pattern))
    expect([needles?.words.join(','), needles?.nearest, needles?.farthest]).toEqual([
      words,
      nearest,
      farthest,
    ])
  })

  it('never needs a literal that a match can be without', () => {
    expect(measure(parse('(?:abc)?[0-9]')).needles).toBeUndefined()
    expect(measure(parse('abc|[0-9]')).needles).toBeUndefined()
    expect(measure(parse('(?:abc){0,2}[0-9]')).needles).toBeUndefined()
  })

  it('warns of a pattern without a literal', () => {
    const config = { patterns: ['abc[0-9]', String.raw`[a-z]{2}\d{6}`] }
    expect(keywords.warnings?.(config)).toEqual([expect.stringContaining('number 2')])
  })

  it('reads classes as canonical text has them', () => {
    const regexp = RE2JS.compile(source(parse('[а-я]{3}')), RE2JS.CASE_INSENSITIVE)
    expect(regexp.matches(canonicalise('Код', 0).text)).toBe(true)
  })

  it('refuses a text of nothing but matches before it costs too much', async () => {
    const guard = await open({ patterns: ['a.{0,900}?b'] })
    expect(() => inspectWhole(guard, 'ab'.repeat(20_000))).toThrow('too many matches')
  })

  it('refuses a word of which nothing can be seen', () => {
    expect(() => keywords.open({ words: ['ok', '\u200b'] }, ports)).toThrow('word 2')
  })

  it.each([
    {},
    { words: [] },
    { lists: {} },
    { lists: { 'a-b': ['x'] } },
    { lists: { patterns: ['x'] } },
    { words: ['a'], more: 1 },
  ])('refuses %j', (config) => {
    expect(keywords.config.safeParse(config).success).toBe(false)
  })

  it('never says the matched text', async () => {
    const { hits } = await inspectWhole(await open({ words: ['bomb'], patterns: ['se.ret'] }), 'bomb secret')
    expect(hits).toHaveLength(2)
    expect(hits.map((hit) => hit.reason).join(' ')).not.toMatch(/bomb|secret/)
  })
})
