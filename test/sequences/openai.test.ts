import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { PROTOCOLS } from '../../src/protocols/index.ts'
import { eventReader } from '../../src/protocols/wire/sse.ts'
import { bytes, checks, exchange, finds, rule, streamNow } from '../drive.ts'
import { seeded } from '../guard-law.ts'

// Streams as providers send them, word for word: law 7 for each of them, however its bytes are cut.

const FOLDER = 'test/sequences'
const CHATS = ['openai-chat', 'openai-completions']
const CUTTINGS = 200

const SECRET = 'secret'
const masks = checks([rule('output', 'transform', finds(SECRET, { replace: '[X]' }))])
const blocks = checks([rule('output', 'block', finds(SECRET))])
const mask = (text: string): string => text.replaceAll(SECRET, '[X]')

interface Annotation {
  url_citation: { start_index: number; end_index: number; url: string; title: string }
}
interface Heard {
  /** Where each text stands, and all that was said there. */
  texts: Record<string, string>
  annotations: Annotation['url_citation'][]
}

/** What a reader makes of a stream. */
function heard(out: string): Heard {
  const texts: Record<string, string> = {}
  const annotations: Heard['annotations'] = []
  const hear = (value: unknown, path: string): void => {
    if (typeof value === 'string') {
      if (/\.(?:text|content|refusal|transcript|arguments)$/.test(path))
        texts[path] = (texts[path] ?? '') + value
      return
    }
    if (typeof value !== 'object' || value === null) return
    if (path.endsWith('.annotations')) {
      for (const { url_citation } of value as Annotation[]) annotations.push(url_citation)
      return
    }
    for (const [key, item] of Object.entries(value)) {
      const index = Array.isArray(value) ? ((item as { index?: number }).index ?? key) : key
      hear(item, `${path}.${index}`)
    }
  }
  const reader = eventReader()
  for (const { text, data } of [...reader.push(bytes(out)), ...reader.end()])
    for (const [start, end] of data) {
      const json = text.slice(start, end)
      if (json !== '[DONE]') hear(JSON.parse(json).choices, '')
    }
  return { texts, annotations }
}

const events = (out: string): number => eventReader().push(bytes(out)).length
const cited = (text: string, { start_index, end_index }: Heard['annotations'][number]): string =>
  [...text].slice(start_index, end_index).join('')

const files = CHATS.flatMap((name) =>
  readdirSync(`${FOLDER}/${name}`).map(
    (file) => [name, file, readFileSync(`${FOLDER}/${name}/${file}`, 'utf8')] as const,
  ),
)

describe.each(files)('%s, %s', (name, _, sent) => {
  const protocol = PROTOCOLS.find((each) => each.name === name)!
  const all = bytes(sent)
  const said = heard(sent)

  it('says what it said, edited', () => {
    const { out, block } = streamNow(exchange(masks), [all], protocol)
    expect(block).toBeUndefined()
    expect(events(out)).toBe(events(sent))
    const got = heard(out)
    expect(got.texts).toEqual(
      Object.fromEntries(Object.entries(said.texts).map(([at, text]) => [at, mask(text)])),
    )
    expect(out).not.toContain('"tokens"')
    expect(got.annotations.map(({ url, title }) => [url, title])).toEqual(
      said.annotations.map(({ url, title }) => [mask(url), mask(title)]),
    )
    const [at] = Object.keys(said.texts)
    expect(got.annotations.map((each) => cited(got.texts[at!]!, each))).toEqual(
      said.annotations.map((each) => mask(cited(said.texts[at!]!, each))),
    )
  })

  it('ends before what may not leave', () => {
    const { out, block } = streamNow(exchange(blocks), [all], protocol)
    expect(block?.code).toBe('test.word')
    expect(out).not.toContain('[DONE]')
    for (const [at, text] of Object.entries(heard(out).texts))
      expect([at, said.texts[at]!.split(SECRET)[0]!.startsWith(text)]).toEqual([at, true])
    expect(JSON.stringify(heard(out).annotations)).not.toContain(SECRET)
  })

  it('leaves as it came where nobody edits it', () => {
    const none = checks([rule('output', 'transform', finds('nothing of it', { replace: '' }))])
    const { out } = streamNow(exchange(none), [all], protocol)
    const kept = sent.replaceAll(/"logprobs": \{.*?\}(?=[,}] ?"(?:finish|index)|\}\])/g, '"logprobs": null')
    expect(out).toBe(kept)
  })

  it.each([
    ['edited', masks],
    ['blocked', blocks],
  ])('is the same however it is cut, %s', (_, on) => {
    const whole = streamNow(exchange(on), [all], protocol)
    const again = (chunks: Uint8Array[], cuts: unknown) => {
      const { out, block } = streamNow(exchange(on), chunks, protocol)
      if (out !== whole.out || block?.code !== whole.block?.code) expect(cuts).toBe('the same')
    }
    for (let cut = 1; cut < all.length; cut++) again([all.subarray(0, cut), all.subarray(cut)], cut)
    const draw = seeded(all.length)
    for (let i = 0; i < CUTTINGS; i++) {
      const most = 2 + draw(i % 2 === 0 ? 20 : 400)
      const chunks: Uint8Array[] = []
      let at = 0
      while (at < all.length) {
        const to = at + 1 + draw(most)
        chunks.push(all.subarray(at, to))
        at = to
      }
      again(
        chunks,
        chunks.map(({ length }) => length),
      )
    }
  })
})
