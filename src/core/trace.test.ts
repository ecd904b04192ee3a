import { expect, test } from 'vitest'
import { attemptSpan, readTraceparent, traceparent } from './trace.ts'

const ID = '4bf92f3577b34da6a3ce929d0e0e4736'
const SPAN = '00f067aa0ba902b7'

test('reads what a caller says of its trace', () => {
  expect(readTraceparent(`00-${ID}-${SPAN}-01`)).toEqual({ id: ID, span: SPAN, sampled: true })
  expect(readTraceparent(`00-${ID}-${SPAN}-02`)).toEqual({ id: ID, span: SPAN, sampled: false })
  expect(readTraceparent(`00-${ID}-${SPAN}-03`)?.sampled).toBe(true)
  expect(readTraceparent(`cc-${ID}-${SPAN}-01-what-is-to-come`)?.id).toBe(ID)
})

test.each([
  undefined,
  ['a', 'b'],
  '',
  `00-${ID}-${SPAN}`,
  `00-${ID}-${SPAN}-01-more`,
  `ff-${ID}-${SPAN}-01`,
  `00-${ID.toUpperCase()}-${SPAN}-01`,
  `00-${'0'.repeat(32)}-${SPAN}-01`,
  `00-${ID}-${'0'.repeat(16)}-01`,
  `00-${ID}-${SPAN}-01, 00-${ID}-${SPAN}-01`,
  `00-${ID}-${SPAN}-1`,
  ` 00-${ID}-${SPAN}-01`,
  `cc-${ID}-${SPAN}-01-${'x'.repeat(1000)}`,
])('takes nothing from %s', (value) => {
  expect(readTraceparent(value)).toBeUndefined()
})

test('each try has a span of its own, and the model is told of it', () => {
  const trace = { id: ID, span: SPAN, sampled: true }
  const spans = [0, 1, 2, 254].map((index) => attemptSpan(trace, index))
  expect(new Set([SPAN, ...spans]).size).toBe(5)
  for (const span of [...spans, attemptSpan(trace, 1000)]) expect(span).toMatch(/^[0-9a-f]{16}$/)
  expect(traceparent(trace, 1)).toBe(`00-${ID}-${spans[1]}-01`)
  expect(traceparent({ ...trace, sampled: false }, 0)).toBe(`00-${ID}-${spans[0]}-00`)
})
