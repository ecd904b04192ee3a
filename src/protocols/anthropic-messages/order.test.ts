import { describe, expect, it } from 'vitest'
import { bytes } from '../../../test/drive.ts'
import { anthropicMessages } from './index.ts'

// An upstream that means ill could make two readers of its events read two texts.
const event = (fields: { type: string; [field: string]: unknown }) =>
  bytes(`event: ${fields.type}\ndata: ${JSON.stringify(fields)}\n\n`)
const start = (index: unknown, block: object = { type: 'text', text: '' }) =>
  event({ type: 'content_block_start', index, content_block: block })
const said = (index: unknown, text: string) =>
  event({ type: 'content_block_delta', index, delta: { type: 'text_delta', text } })

function read(...events: Uint8Array[]): void {
  const reader = anthropicMessages.answer({})
  for (const each of events) reader.push(each)
  reader.end()
}

describe('what two readers would read differently is refused', () => {
  it.each([
    ['an index in a string', [start(0), said('0', 'a')]],
    ['an index below nothing', [start(0), said(-1, 'a')]],
    ['an index between two', [start(0), said(0.5, 'a')]],
    ['a block that begins twice', [start(0, { type: 'text', text: 'a' }), start(0)]],
    ['a block that begins twice in the same words', [start(0), start(0)]],
    ['a text that goes on behind another', [start(0), said(0, 'a'), start(1), said(1, 'b'), said(0, 'c')]],
  ])('%s', (_, events) => {
    expect(() => read(...events)).toThrow(expect.objectContaining({ code: 'upstream.invalid' }))
  })

  it('and what all of them read alike is not', () => {
    expect(() => read(start(0), said(0, 'a'), said(0.0, 'b'), start(1), said(1, 'c'))).not.toThrow()
  })
})
