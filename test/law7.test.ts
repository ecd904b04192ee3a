import { describe, expect, it, vi } from 'vitest'
import { type TextEdit, unite } from '../src/core/edits.ts'
import type { Action, Checks, Guard, GuardModule, Hit } from '../src/core/types.ts'
import { GUARDS } from '../src/guards/index.ts'
import { eventReader } from '../src/protocols/wire/sse.ts'
import {
  answer,
  answerNow,
  bytes,
  chat,
  checks,
  DONE,
  delta,
  event,
  exchange,
  finds,
  finish,
  rule,
  said,
  stream,
  streamNow,
} from './drive.ts'
import { casesOf, hitsOf, openCase, partOf, seeded } from './guard-law.ts'

/** Random cuttings of each longer text; `.ci/run` draws more, which takes some minutes. */
const CUTTINGS = Number(process.env.CUTTINGS ?? 20)
/** So many cases of each guard, from all over them. */
const CASES = Number(process.env.CASES ?? 15)
vi.setConfig({ testTimeout: 6_000 * Math.max(20, CUTTINGS) })

const some = <T>(all: readonly T[]): T[] =>
  all.filter((_, i) => Math.floor((i * CASES) / all.length) !== Math.floor(((i - 1) * CASES) / all.length))

const body = (message: object) => ({ choices: [{ index: 0, message, finish_reason: 'stop' }] })

/** What the law says of one text under one policy. */
interface Judged {
  blocks: boolean
  /** The whole edited text, or as much of it as may leave before the first blocking span. */
  most: string
}

function judge(text: string, hits: readonly Hit[], action: (hit: Hit) => Action): Judged {
  const edits: TextEdit[] = []
  let first = Number.POSITIVE_INFINITY
  for (const hit of hits)
    if (action(hit) === 'block') first = Math.min(first, hit.span[0])
    else if (hit.edit !== undefined && action(hit) === 'transform') {
      const replace =
        'replace' in hit.edit ? hit.edit.replace : 'token' in hit.edit ? `[${hit.edit.token}]` : ''
      edits.push({ start: hit.span[0], end: hit.span[1], replace, order: 0 })
    }
  let most = ''
  let at = 0
  for (const edit of unite(edits)) {
    if (edit.end > first) {
      first = Math.min(first, edit.start)
      break
    }
    most += text.slice(at, edit.start) + edit.replace
    at = edit.end
  }
  return {
    blocks: first !== Number.POSITIVE_INFINITY,
    most: most + text.slice(at, Math.min(first, text.length)),
  }
}

/** A policy and a text: the law for the text and for everything that it begins with. */
function lawOf(on: Checks, text: string, whole: Judged) {
  const began = new Map<number, { blocks: boolean; content: string }>()
  // A turn of the event loop for each delta is for those who need one.
  const slow = on.rules.output.some(({ guard }) => guard.slow)
  return {
    on,
    text,
    whole,
    streamed: (chunks: readonly Uint8Array[]) => (slow ? stream : streamNow)(exchange(on), chunks),
    /** The buffered answer that ends after so many characters. */
    async until(length: number): Promise<{ blocks: boolean; content: string }> {
      let known = began.get(length)
      if (known === undefined) {
        const content = text.slice(0, length)
        const message = body({ role: 'assistant', content })
        const { out, block } = await (slow ? answer : answerNow)(exchange(on), message)
        known =
          block === undefined
            ? { blocks: false, content: JSON.parse(out).choices[0].message.content }
            : { blocks: true, content: '' }
        began.set(length, known)
      }
      return known
    },
  }
}
type Law = ReturnType<typeof lawOf>

const split = (text: string, cuts: readonly number[]): string[] =>
  [0, ...cuts].map((from, i) => text.slice(from, cuts[i] ?? text.length))

function events(out: string): string[] {
  const reader = eventReader()
  return [...reader.push(bytes(out)), ...reader.end()].map((each) => each.text)
}

/** What breaks the law when a text is streamed in these pieces, one push an event. */
async function breach(law: Law, pieces: readonly string[]): Promise<string | undefined> {
  const sent = [...pieces.map((piece) => delta(piece)), finish(), DONE]
  const { out, block, steps } = await law.streamed(sent.map(bytes))
  const content = said(out)
  if ((block !== undefined) !== law.whole.blocks) return `${block?.code ?? 'no block'}`
  if (block === undefined && content !== law.whole.most) return 'another text than the buffered one'
  if (!law.whole.most.startsWith(content))
    return 'not a prefix of the edited text before the first blocking span'

  let left = ''
  let seen = 0
  for (const [i, piece] of pieces.entries()) {
    left += steps[i] ?? ''
    seen += piece.length
    // Nothing that has left depends on what comes after: the text could end here.
    const here = await law.until(seen)
    if (!here.blocks && !here.content.startsWith(said(left))) return `left too early, after ${seen}`
  }

  const got = events(out)
  if (block === undefined && got.length !== sent.length) return 'events are lost'
  for (const [i, each] of got.entries())
    if (said(each) === said(sent[i]!) && each !== sent[i]) return `event ${i} is rewritten without need`
  return undefined
}

function* splits(text: string): Generator<number[]> {
  const { length } = text
  yield []
  yield Array.from({ length: Math.max(0, length - 1) }, (_, i) => i + 1)
  if (length <= 40)
    for (let a = 1; a < length; a++) {
      yield [a]
      for (let b = a + 1; b < length; b++) yield [a, b]
    }
  else {
    const draw = seeded(length)
    for (let i = 0; i < CUTTINGS; i++) {
      const cuts: number[] = []
      const most = 1 + draw(i % 2 === 0 ? 8 : 80)
      for (let at = 1 + draw(most); at < length; at += 1 + draw(most)) cuts.push(at)
      yield cuts
    }
  }
}

/** Every policy that matters to a guard: all blocks, all edits, and one of its codes blocking among edits. */
function* policies(module: GuardModule, guard: Guard, config: unknown, hits: readonly Hit[]) {
  const codes = Object.entries(module.codes(module.config.parse(config ?? {})))
  const of = (action: (code: string, edits: boolean) => Action): [Checks, (hit: Hit) => Action] => {
    const actions = new Map(codes.map(([code, { edits }]) => [code, action(code, edits)]))
    return [checks([rule('output', 'flag', guard, { actions })]), (hit) => actions.get(hit.code)!]
  }
  yield of(() => 'block')
  if (codes.some(([, { edits }]) => edits)) yield of((_, edits) => (edits ? 'transform' : 'flag'))
  const found = [...new Set(hits.map((hit) => hit.code))]
  if (found.length > 1)
    for (const blocking of found)
      yield of((code, edits) => (code === blocking ? 'block' : edits ? 'transform' : 'flag'))
}

const asText = (kind: string | undefined): boolean => kind === undefined || kind === 'text'

describe('law 7: a streamed answer says what the buffered one says, and nothing from a blocking span on', () => {
  for (const module of GUARDS)
    it(`${module.name}: each of its cases, split over events in every way`, async () => {
      for (const row of some(casesOf(module.name))) {
        if (!asText(row.part?.kind)) continue
        const guard = await openCase(module, row)
        const hits = await hitsOf(guard, row.text, partOf({ part: { origin: 'model', answer: true } }))
        for (const [on, action] of policies(module, guard, row.config, hits)) {
          const law = lawOf(on, row.text, judge(row.text, hits, action))
          const buffered = await law.until(row.text.length)
          expect([row.name, buffered.blocks]).toEqual([row.name, law.whole.blocks])
          if (!buffered.blocks)
            expect([row.name, buffered.content === law.whole.most]).toEqual([row.name, true])
          for (const cuts of splits(row.text))
            expect([row.name, cuts, await breach(law, split(row.text, cuts))]).toEqual([
              row.name,
              cuts,
              undefined,
            ])
        }
      }
    })

  const ENDINGS = { LF: '\n', CRLF: '\r\n', CR: '\r' }

  for (const module of GUARDS)
    it(`${module.name}: each of its cases, the bytes cut at every place, with every line ending`, async () => {
      for (const [number, row] of some(casesOf(module.name)).entries()) {
        if (!asText(row.part?.kind)) continue
        const guard = await openCase(module, row)
        const hits = await hitsOf(guard, row.text, partOf({ part: { origin: 'model' } }))
        const ending = Object.values(ENDINGS)[number % 3]!
        const middle = row.text.length >> 1
        const all = bytes(
          [delta(row.text.slice(0, middle)), delta(row.text.slice(middle)), finish(), DONE]
            .join('')
            .replaceAll('\n', ending),
        )
        for (const [on] of policies(module, guard, row.config, hits)) {
          const streamed = guard.slow ? stream : streamNow
          const whole = await streamed(exchange(on), [all])
          const step = Math.max(1, Math.floor(all.length / 100))
          for (let cut = 1; cut < all.length; cut += step) {
            const { out, block } = await streamed(exchange(on), [all.subarray(0, cut), all.subarray(cut)])
            expect([row.name, cut, block?.code, out === whole.out]).toEqual([
              row.name,
              cut,
              whole.block?.code,
              true,
            ])
          }
        }
      }
    })

  const SHORT = 'to a@b.io, s'
  for (const [name, ending] of Object.entries(ENDINGS))
    it(`every pair of cuts of the bytes of a short stream, ${name}`, async () => {
      const pii = await openCase(GUARDS.find((module) => module.name === 'pii')!, {})
      const masks = checks([
        rule('output', 'flag', pii, { actions: new Map([['pii.email', 'transform']]) }),
        rule('output', 'block', finds('\ud83d\ude00')),
      ])
      // Escapes and characters of several bytes, so that cuts fall inside of them.
      const raw = `${delta(`${SHORT}é`)}${delta('ec \u2028')}${'data: {"choices":[{"index":0,"delta":{"content":"\\u00e9\\ud83d"}}]}\n\n'}${delta('x')}`
      const all = bytes(raw.replaceAll('\n', ending))
      expect(all.length).toBeLessThanOrEqual(300)
      const whole = streamNow(exchange(masks), [all])
      expect(said(whole.out)).toBe('to [EMAIL], séec \u2028é\ud83dx')
      const reader = () => chat.answer({ withoutRepeats: true })
      const units = (chunks: Uint8Array[]) => {
        const read = reader()
        return JSON.stringify([...chunks.flatMap((chunk) => read.push(chunk)), ...read.end()])
      }
      const expected = units([all])
      for (let a = 0; a < all.length; a++)
        for (let b = a; b < all.length; b++)
          if (units([all.subarray(0, a), all.subarray(a, b), all.subarray(b)]) !== expected)
            expect(`cut at ${a} and ${b}`).toBe('the same units')
      const draw = seeded(7)
      for (let i = 0; i < 500; i++) {
        const cuts = [draw(all.length), draw(all.length), draw(all.length)].sort((x, y) => x - y)
        const chunks = [0, ...cuts].map((from, k) => all.subarray(from, cuts[k] ?? all.length))
        expect([cuts, streamNow(exchange(masks), chunks).out === whole.out]).toEqual([cuts, true])
      }
    })
})

describe('law 7, where an answer is more than one text', () => {
  const masks = checks([rule('output', 'transform', finds('secret', { replace: '[X]' }))])
  const blocks = checks([rule('output', 'block', finds('secret'))])
  const run = (on: Checks, sent: readonly string[]) => streamNow(exchange(on), sent.map(bytes))

  it('choices that come interleaved are each read for themselves', () => {
    const sent = [
      delta('a se', 0),
      delta('b s', 1),
      delta('cret', 0),
      delta('ecret', 1),
      finish(0),
      finish(1),
      DONE,
    ]
    const { out, steps } = run(masks, sent)
    expect([said(out, 'content', 0), said(out, 'content', 1)]).toEqual(['a [X]', 'b [X]'])
    expect(steps.slice(0, 3).map((step) => said(step, 'content', 1))).toEqual(['', '', ''])
    const blocked = run(blocks, [
      delta('one ', 0),
      delta('two ', 1),
      delta('a secret', 1),
      delta('more', 0),
      DONE,
    ])
    expect([said(blocked.out, 'content', 0), said(blocked.out, 'content', 1)]).toEqual(['one ', 'two '])
  })

  it('choices in one event wait for each other, and no event of a lane overtakes another', () => {
    const both = (a: string, b: string) =>
      `data: ${JSON.stringify({
        choices: [
          { index: 0, delta: { content: a } },
          { index: 1, delta: { content: b } },
        ],
      })}\n\n`
    const sent = [
      both('x', 'my se'),
      delta('y', 0),
      delta('cret', 1),
      delta('z', 0),
      finish(0),
      finish(1),
      DONE,
    ]
    const { out, steps } = run(masks, sent)
    expect(steps.slice(0, 2)).toEqual(['', ''])
    expect(events(out)).toEqual([both('x', 'my [X]'), delta('y', 0), delta('', 1), ...sent.slice(3)])
  })

  it('usage and what else stands beside the choices comes after them', () => {
    const usage = 'data: {"choices":[],"usage":{"prompt_tokens":1}}\n\n'
    const { out } = run(masks, [delta('a se'), usage, delta('at'), finish(), DONE])
    expect(events(out)).toEqual([delta('a se'), usage, delta('at'), finish(), DONE])
    expect(run(blocks, [delta('a se'), usage, delta('cret'), DONE]).out).toBe('')
  })

  it('reasoning, content and refusal are texts of their own', () => {
    const both = (reasoning_content: string, content: string) =>
      event({ delta: { reasoning_content, content } })
    const { out } = run(masks, [both('se', 'cr'), both('cret', 'et'), finish(), DONE])
    expect([said(out, 'reasoning_content'), said(out)]).toEqual(['[X]', 'cret'])
    expect(
      said(
        run(masks, [event({ delta: { refusal: 'no sec' } }), event({ delta: { refusal: 'ret' } }), DONE]).out,
        'refusal',
      ),
    ).toBe('no [X]')
  })

  it('a field that nobody knows is read, however it is split over events', () => {
    const thought = (thinking: string) => event({ delta: { thinking } })
    for (let cut = 1; cut < 8; cut++) {
      const text = 'a secret!'
      const { out } = run(masks, [thought(text.slice(0, cut)), thought(text.slice(cut)), finish(), DONE])
      expect(said(out, 'thinking')).toBe('a [X]!')
      const blocked = run(blocks, [thought(text.slice(0, cut)), thought(text.slice(cut)), DONE])
      expect([cut, blocked.block?.code, 'a '.startsWith(said(blocked.out, 'thinking'))]).toEqual([
        cut,
        'test.word',
        true,
      ])
    }
    const details = (text: string) => event({ delta: { reasoning_details: [{ text }] } })
    expect(run(blocks, [details('sec'), details('ret'), DONE]).block?.code).toBe('test.word')
  })

  it('what providers say beside a text holds nothing back', async () => {
    const pii = await openCase(GUARDS.find((module) => module.name === 'pii')!, {
      config: { entities: ['email'] },
    })
    const on = checks([rule('output', 'flag', pii, { actions: new Map([['pii.email', 'transform']]) })])
    const rated = {
      hate: { filtered: false, severity: 'safe' },
      jailbreak: { filtered: false, detected: false },
    }
    const prompt = [{ prompt_index: 0, content_filter_results: rated }]
    const beside = [
      { choices: [], prompt_filter_results: prompt },
      { choices: [{ index: 0, delta: { role: 'assistant', content: '' } }], x_groq: { id: 'req_1' } },
      { choices: [{ index: 0, delta: { content: 'one ' }, content_filter_results: rated }] },
      { choices: [{ index: 0, delta: { content: 'two ' }, stop_reason: null, token_ids: null }] },
      {
        choices: [
          { index: 0, delta: { content: 'three ' }, finish_reason: null, native_finish_reason: null },
        ],
      },
      {
        choices: [
          { index: 0, delta: { content: 'four ' }, finish_reason: '', weird: { known_to: [1, null] } },
        ],
      },
    ].map((each) => `data: ${JSON.stringify(each)}\n\n`)
    const { steps } = run(on, [...beside, finish(), DONE])
    expect(steps.map((step) => events(step).length)).toEqual([...beside.map(() => 1), 1, 1, 0])
  })

  it('a key that nobody knows is read, once, wherever it comes', () => {
    const on = checks([rule('output', 'block', finds('secret'))])
    for (const delta of [{ secret: 1 }, { x: { 'a secret': null } }, { x: [{ secret: {} }] }])
      expect(run(on, [event({ delta: { content: 'hi' } }), event({ delta }), DONE]).out).toBe(
        event({ delta: { content: 'hi' } }),
      )
    const again = event({ delta: { x: { y: 'a' }, z: 1 } })
    expect(run(on, [again, again, finish(), DONE]).out).toBe(`${again}${again}${finish()}${DONE}`)
  })

  it('a tool call is judged when whole, in whatever pieces its arguments come', () => {
    const call = (args: string, index = 0) =>
      event({ delta: { tool_calls: [{ index, function: { arguments: args } }] } })
    const args = '{"q":"a s\\u0065cret","n":[1,"secret"]}'
    const joined = (out: string) =>
      [...out.matchAll(/^data: (\{.*)$/gm)]
        .map((match) => JSON.parse(match[1]!).choices[0].delta.tool_calls?.[0].function.arguments ?? '')
        .join('')
    for (let a = 0; a < args.length; a++) {
      const pieces = [args.slice(0, a), args.slice(a, a + 5), args.slice(a + 5)]
      const { out } = run(masks, [...pieces.map((piece) => call(piece)), finish(), DONE])
      expect(joined(out)).toBe('{"q":"a [X]","n":[1,"[X]"]}')
      const refused = run(blocks, [...pieces.map((piece) => call(piece)), finish(), DONE])
      expect([joined(refused.out), refused.block?.code]).toEqual(['', 'test.word'])
    }
  })

  it('half a surrogate pair waits for the other, and an edit beside it keeps both', () => {
    const half = (content: string) => `data: {"choices":[{"index":0,"delta":{"content":"${content}"}}]}\n\n`
    const { out, steps } = run(masks, [
      half('a\\ud83d'),
      half('\\ude00secret'),
      half('\\ud83d'),
      half('\\ude00'),
      finish(),
      DONE,
    ])
    expect(steps[0]).toBe('')
    expect(said(out)).toBe('a😀[X]😀')
    const pair = checks([rule('output', 'transform', finds('😀', { replace: ':)' }))])
    expect(said(run(pair, [half('a\\ud83d'), half('\\ude00b'), finish(), DONE]).out)).toBe('a:)b')
    expect(
      run(checks([rule('output', 'block', finds('😀'))]), [half('a\\ud83d'), half('\\ude00b')]).out,
    ).toBe('')
  })

  it('data on several lines is edited where it stands', () => {
    const lines = (content: string) =>
      `id: 7\ndata: {"choices":[{"index":0,\r\ndata:"delta":{"content":"${content}"}}\r\ndata: ]}\n\n`
    expect(run(masks, [lines('a secret'), finish(), DONE]).out).toBe(`${lines('a [X]')}${finish()}${DONE}`)
    const logged =
      'data: {"choices":[{"index":0,"delta":{"content":"x"},"logprobs":{\ndata: "content":[1,\ndata:2]}}]}\n\n'
    expect(run(masks, [logged, finish(), DONE]).out).toContain('"logprobs":null}]}\n\n')
  })

  it('an image or audio in a stream does not leave with the event that shows it, nor what follows', () => {
    const media = checks([
      rule('output', 'block', {
        scope: 'part',
        hold: 0,
        lookbehind: 0,
        kinds: ['media'],
        inspect: () => ({
          hits: [{ code: 'test.word', reason: 'media', score: 1, span: [0, 0] }],
          settled: 0,
        }),
      }),
    ])
    const audio = event({ delta: { audio: { id: 'a', data: 'QUJD' } } })
    const { out, block } = run(media, [delta('hello'), audio, delta('more'), finish(), DONE])
    expect([out, block?.code]).toEqual([delta('hello'), 'test.word'])
    const beside = `data: {"choices":[{"index":0,"delta":{"content":"x","audio":{"data":"QUJD"}}}]}\n\n`
    expect(run(media, [beside, DONE]).out).toBe('')
    expect(run(checks([]), [audio, audio, finish(), DONE]).out).toBe(`${audio}${audio}${finish()}${DONE}`)
  })

  it('text after the end of its choice is an error and never silence', () => {
    expect(() => run(masks, [delta('a'), finish(), delta('b'), DONE])).toThrow('cannot be read')
    expect(() => run(masks, [delta('a'), DONE, delta('b')])).toThrow('cannot be read')
    const empty = event({ delta: {}, finish_reason: 'stop' })
    expect(run(masks, [delta('a'), finish(), empty, DONE]).block).toBeUndefined()
  })

  it('an event of a choice that has finished does not overtake what that choice still holds', () => {
    const { steps } = run(masks, [delta('a sec'), finish(), DONE])
    expect(steps.map((step) => events(step).length)).toEqual([0, 2, 1, 0])
  })
})
