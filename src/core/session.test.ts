import { describe, expect, it } from 'vitest'
import { bytes, chat, checks, exchange as exchangeOn, finds, rule } from '../../test/drive.ts'
import { openSession, type Release } from './session.ts'
import type { Checks, Guard } from './types.ts'

const exchange = (c: Checks) => exchangeOn(c, { holdCharacters: 1000 })

function request(c: Checks, body: object | string) {
  const ex = exchange(c)
  const session = openSession(ex, { direction: 'request', stream: false })
  session.push(chat.request(typeof body === 'string' ? body : JSON.stringify(body)).unit)
  return { ex, release: session.end() as Release }
}

function answerStream(c: Checks, chunks: Uint8Array[]) {
  const ex = exchange(c)
  const session = openSession(ex, { direction: 'answer', stream: true })
  const reader = chat.answer({ withoutRepeats: true })
  let out = ''
  let block: Release['block']
  const take = (release: Release) => {
    if (block !== undefined) return
    out += release.units.map((unit) => unit.text).join('')
    block = release.block
  }
  for (const chunk of chunks)
    for (const unit of reader.push(chunk)) if (block === undefined) take(session.push(unit) as Release)
  for (const unit of reader.end()) if (block === undefined) take(session.push(unit) as Release)
  if (block === undefined) take(session.end() as Release)
  return { out, block, ex }
}

const delta = (content: string, index = 0) =>
  `data: ${JSON.stringify({ id: 'a', object: 'chat.completion.chunk', choices: [{ index, delta: { content }, finish_reason: null }] })}\n\n`
const finish = (index = 0) =>
  `data: ${JSON.stringify({ choices: [{ index, delta: {}, finish_reason: 'stop' }] })}\n\n`
const said = (out: string, index = 0) =>
  [...out.matchAll(/^data: (\{.*\})$/gm)]
    .map((m) => JSON.parse(m[1]!).choices?.[0])
    .filter((c) => c?.index === index)
    .map((c) => c.delta.content ?? '')
    .join('')

describe('request', () => {
  const masks = checks([rule('input', 'transform', finds('secret', { replace: '[X]' }))])

  it('leaves the bytes alone where nothing is found', () => {
    const body =
      '{ "model":"m",\n "messages":[{"role":"user","content":"caf\\u00e9 \\/ 1"}], "big": 12345678901234567890.0e1 , "temperature":1.0}'
    const { release } = request(masks, body)
    expect(release.units.map((u) => u.text)).toEqual([body])
  })

  it('rewrites only the literal that was edited', () => {
    const body =
      '{"x":{"y" : 1.50},"messages":[{"role":"user","content":"a secret\\u0021"},{"role":"user","content":"caf\\u00e9"}]}'
    const { release, ex } = request(masks, body)
    expect(release.units[0]!.text).toBe(
      '{"x":{"y" : 1.50},"messages":[{"role":"user","content":"a [X]!"},{"role":"user","content":"caf\\u00e9"}]}',
    )
    expect(ex.verdict).toBe('transform')
    expect(ex.findings[0]!.places).toEqual([{ path: 'messages[0].content', span: [2, 8] }])
  })

  it('finds what is split over the text parts of a message, and edits every literal that it covers', () => {
    const { release } = request(masks, {
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'a sec' },
            { type: 'text', text: 'ret b' },
          ],
        },
      ],
    })
    expect(
      JSON.parse(release.units[0]!.text).messages[0].content.map((p: { text: string }) => p.text),
    ).toEqual(['a [X]', ' b'])
  })

  it('reads unknown fields, keys and long numbers as user text', () => {
    const blocks = checks([rule('input', 'block', finds('secret'))])
    expect(
      request(blocks, { messages: [], weird: { deep: ['a secret'] } }).release.block?.places[0]?.path,
    ).toBe('weird.deep[0]')
    expect(request(blocks, { messages: [], 'the secret key': 1 }).release.block).toBeDefined()
    const numbers = checks([rule('input', 'block', finds('4539578'))])
    expect(request(numbers, { messages: [], weird: 4539578 }).release.block).toBeDefined()
  })

  it('turns a transform of what cannot be rewritten into a block', () => {
    expect(request(masks, { messages: [], 'a secret': 1 }).release.block?.action).toBe('block')
  })

  it('reads tool-call arguments inside, and writes edits back as JSON in JSON', () => {
    const { release } = request(masks, {
      messages: [
        {
          role: 'assistant',
          tool_calls: [
            {
              id: 'c1',
              type: 'function',
              function: { name: 'f', arguments: '{"q":"the s\\u0065cret \\" x","n":1}' },
            },
          ],
        },
      ],
    })
    const args = JSON.parse(release.units[0]!.text).messages[0].tool_calls[0].function.arguments
    expect(args).toBe('{"q":"the [X] \\" x","n":1}')
  })

  it('numbers tokens in the order of the conversation, the same value the same, and skips what stands there', () => {
    const tokens = checks([
      rule('input', 'transform', finds('bob', { token: 'NAME' })),
      rule('context', 'transform', finds('eve', { token: 'NAME' })),
    ])
    const { release, ex } = request(tokens, {
      messages: [
        { role: 'tool', tool_call_id: 'x', content: 'eve wrote' },
        { role: 'user', content: 'bob and [NAME_2]' },
        {
          role: 'assistant',
          content: 'bob',
          tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{"to":"bob"}' } }],
        },
      ],
    })
    const sent = JSON.parse(release.units[0]!.text).messages
    expect(sent[0].content).toBe('[NAME_1] wrote')
    expect(sent[1].content).toBe('[NAME_3] and [NAME_2]')
    expect(sent[2].content).toBe('[NAME_3]')
    expect(sent[2].tool_calls[0].function.arguments).toBe('{"to":"[NAME_3]"}')
    expect(ex.vault.value('[NAME_3]')).toBe('bob')
  })

  it('reads pasted documents as what the boundary says they are', () => {
    const marked = checks([rule('context', 'block', finds('secret'))], {
      marks: [{ between: ['<d>', '</d>'], origin: 'retrieved' }],
    })
    const blocked = request(marked, {
      messages: [{ role: 'user', content: 'see <d>one</d> a secret </d> end' }],
    }).release.block
    expect(blocked?.places).toEqual([{ path: 'messages[0].content', span: [17, 23] }])
    expect(
      request(marked, { messages: [{ role: 'user', content: 'a secret <d>x</d> secret' }] }).release.block,
    ).toBeUndefined()
    const masked = checks([rule('context', 'transform', finds('secret', { replace: '[X]' }))], marked)
    const open = checks([rule('context', 'transform', finds('secret', { replace: '[X]' }))], {
      marks: marked.marks,
    })
    expect(masked).toBeDefined()
    const text = JSON.parse(
      request(open, { messages: [{ role: 'user', content: 'secret <d>secret</d> secret' }] }).release
        .units[0]!.text,
    )
    expect(text.messages[0].content).toBe('secret <d>[X]</d> secret')
  })

  it('drops a whole message', () => {
    const drops = checks([rule('context', 'transform', finds('secret', { drop: true }))])
    const { release } = request(drops, {
      messages: [
        {
          role: 'tool',
          tool_call_id: 't',
          content: [
            { type: 'text', text: 'hello' },
            { type: 'text', text: 'a secret' },
          ],
        },
        { role: 'user', content: 'hi' },
      ],
    })
    const sent = JSON.parse(release.units[0]!.text).messages
    expect(sent[0].content.map((p: { text: string }) => p.text).join('')).toBe('[removed by policy]')
    expect(sent[1].content).toBe('hi')
  })

  it('refuses what a failed guard should have judged', () => {
    const throwing: Guard = {
      scope: 'part',
      hold: 0,
      lookbehind: 0,
      inspect: () => {
        throw new Error('x')
      },
    }
    const { release } = request(checks([rule('input', 'flag', throwing)]), {
      messages: [{ role: 'user', content: 'hi' }],
    })
    expect(release.block?.code).toBe('guard.failed')
  })

  it('records and changes nothing in shadow', () => {
    const body = JSON.stringify({ messages: [{ role: 'user', content: 'a secret' }] })
    const { release, ex } = request(checks([rule('input', 'block', finds('secret'))], { shadow: true }), body)
    expect(release).toEqual({ units: [{ text: body, content: true, calls: false }] })
    expect(ex.findings[0]!.action).toBe('block')
  })
})

describe('answer, streamed', () => {
  const masks = checks([rule('output', 'transform', finds('secret', { replace: '[X]' }))])

  it('passes every byte where nothing is found', () => {
    const stream = `: hi\r\n\r\n${delta('an ordinary')}${delta(' sent')}${finish()}data: [DONE]\n\n`
    expect(answerStream(masks, [bytes(stream)]).out).toBe(stream)
  })

  it('gives the same text however the bytes are cut, and masks what is split over events', () => {
    const stream = `${delta('my s')}${delta('ec')}${delta('ret is s')}${delta('e')}${finish()}data: [DONE]\n\n`
    const all = bytes(stream)
    const whole = answerStream(masks, [all]).out
    expect(said(whole)).toBe('my [X] is se')
    for (let cut = 1; cut < all.length; cut++)
      expect(answerStream(masks, [all.subarray(0, cut), all.subarray(cut)]).out).toBe(whole)
  })

  it('ends before the start of the first blocking span', () => {
    const blocks = checks([rule('output', 'block', finds('secret'))])
    const { out, block } = answerStream(blocks, [
      bytes(`${delta('one ')}${delta('two se')}${delta('cret')}${finish()}`),
    ])
    expect(block?.code).toBe('test.word')
    expect(said(out)).toBe('one ')
  })

  it('does not let choices wait for each other', () => {
    const ex = exchange(masks)
    const session = openSession(ex, { direction: 'answer', stream: true })
    const reader = chat.answer({ withoutRepeats: true })
    const push = (text: string) =>
      reader.push(bytes(text)).flatMap((u) => (session.push(u) as Release).units.map((x) => x.text))
    expect(push(delta('sec', 0))).toEqual([])
    expect(push(delta('hello', 1))).toEqual([delta('hello', 1)])
    expect(push(delta('ond', 0))).toEqual([delta('sec', 0), delta('ond', 0)])
  })

  it('takes logprobs out, which say the text again', () => {
    const event =
      'data: {"choices":[{"index":0,"delta":{"content":"hi"},"logprobs":{"content":[{"token":"hi"}]}}]}\n\n'
    expect(answerStream(masks, [bytes(event)]).out).toBe(
      event.replace('{"content":[{"token":"hi"}]}', 'null'),
    )
  })

  it('holds tool-call arguments until they are whole', () => {
    const call = (args: string) =>
      `data: ${JSON.stringify({ choices: [{ index: 0, delta: { tool_calls: [{ index: 0, function: { arguments: args } }] } }] })}\n\n`
    const { out } = answerStream(masks, [
      bytes(call('{"q": "a sec')),
      bytes(call('ret"')),
      bytes(`${call('}')}${finish()}`),
    ])
    const args = [...out.matchAll(/^data: (.*)$/gm)]
      .map((m) => JSON.parse(m[1]!).choices[0].delta.tool_calls?.[0].function.arguments ?? '')
      .join('')
    expect(args).toBe('{"q": "a [X]"}')
  })

  it('blocks what stays undecided past the cap, whatever the guard', () => {
    const never: Guard = {
      scope: 'part',
      hold: 'whole',
      lookbehind: 0,
      inspect: (v) => ({ hits: [], settled: v.offset + v.text.length }),
    }
    const whole = checks([rule('output', 'flag', never)])
    const long = delta('x'.repeat(600))
    const { out, block } = answerStream(whole, [bytes(long + long)])
    expect([out, block?.code]).toEqual(['', 'guard.failed'])
  })
})
