import { expect } from 'vitest'
import { codeEntry } from '../../src/core/codes.ts'
import { CHOICES, MASKED, MOMENT, PREFIX, QUESTION, SAID, WORDS } from './cells.ts'
import type { Seen } from './clients/types.ts'
import { REJECTION } from './model.ts'
import type { Observed } from './run.ts'

/** What the SDKs do by themselves: one call and two more. */
const TRIES = 3

/** Asserts of one cell what its application has to see. `vector` is what the built-in model makes of a text. */
export function expectCell(cell: Observed, vector: (text: string) => number[]): void {
  const { client, kind, mode, outcome, calls, leaks } = cell
  const expected = client.expected(kind)
  const streamed = mode === 'streamed'
  expect(leaks).toEqual([])
  switch (outcome) {
    case 'passes':
      return answered(cell, SAID, vector)
    case 'masked':
      answered(cell, MASKED, vector)
      // Numbers say nothing of what they were made of: there it is the model that must not know.
      if (client.outcomes?.['blocked midway'] !== undefined)
        expect(calls[0]?.body).not.toMatch(/ada\.archer|4111/)
      return
    case 'blocked before':
      refused(cell, expected.blocked, 403, 'keywords.vault')
      return expect(calls).toEqual([])
    case 'limit':
      refused(cell, expected.tooLong, 413, 'length.exceeded')
      return expect(calls).toEqual([])
    case 'blocked midway':
      if (!streamed) return refused(cell, expected.blocked, 403, 'keywords.vault')
      return broken(cell, 'keywords.vault', 'policy_violation', prefixOf(cell))
    case 'provider: 400':
      refused(cell, expected.rejected, 400, 'upstream.rejected', 1, REJECTION)
      return
    case 'provider: 429':
      return refused(cell, expected.limited, 429, 'upstream.rate_limited', TRIES)
    case 'provider: 500':
    case 'dies before':
      return refused(cell, expected.unavailable, 502, 'upstream.unavailable', TRIES)
    case 'dies midway':
      if (!streamed) return refused(cell, expected.unavailable, 502, 'upstream.unavailable', TRIES)
      return broken(cell, 'upstream.unavailable', /^(?:upstream_error|api_error)$/, wholeOf(cell))
    case 'abort':
      return aborted(cell)
  }
}

/** The answer, all of it and nothing else. */
function answered(
  { client, kind, seen, error, attempts, calls, mode }: Observed,
  text: string,
  vector: Vector,
) {
  expect(error).toBeUndefined()
  expect([attempts, calls.length]).toEqual([1, 1])
  const masked = text === MASKED
  const asked = `Say "${text}"`
  if (seen.vectors !== undefined) {
    const one = vector(kind === 'multi' && !masked ? QUESTION : asked)
    expect(seen.vectors.map((each) => same(each, one))).toEqual(kind === 'multi' ? [true, true] : [true])
    if (kind === 'usage') expect(seen.usage).toEqual({ input: words(asked) })
    return
  }
  if (seen.tokens !== undefined) return expect(seen.tokens).toBe(words(asked))
  switch (kind) {
    case 'plain':
      return expect(seen.texts).toEqual([text])
    case 'multi':
      return expect(seen.texts).toEqual(masked ? [text, text] : CHOICES)
    case 'tools':
      expect(seen.texts).toEqual([MOMENT])
      return expect(seen.args).toEqual(
        masked ? { to: '[EMAIL]', body: MASKED } : { to: 'Bo', body: 'Good day.' },
      )
    case 'structured':
      expect(seen.object).toEqual({ answer: text, sure: true })
      if (mode === 'streamed') expect(JSON.parse(seen.texts.join(''))).toEqual(seen.object)
      return
    case 'usage':
      expect(seen.texts).toEqual([text])
      // The model counted before anything was masked: words are its tokens.
      if (!masked)
        expect(seen.usage).toEqual({ input: words(asked) + (client.adds ?? 0), output: words(text) })
  }
}

/** An error in place of an answer, of which nothing was seen. */
function refused(
  { error, seen, attempts }: Observed,
  kind: string,
  status: number,
  code: string,
  tries = 1,
  message = codeEntry(code)?.message ?? '',
): void {
  expect(error).toMatchObject({ kind, status, code })
  expect(error?.message).toContain(message)
  expect(attempts).toBe(tries)
  expect(seen).toEqual({ texts: [] })
}

/** Some of what may be said, then an error, and no second attempt. */
function broken(
  { client, kind, error, seen, attempts }: Observed,
  code: string,
  type: string | RegExp,
  most: string,
) {
  const { midway, typeOnly } = client.expected(kind)
  expect(error).toMatchObject({
    kind: midway,
    status: undefined,
    type: expect.stringMatching(type),
    code: typeOnly === true ? undefined : code,
  })
  expect(error?.message).toContain(codeEntry(code)?.message)
  expect(attempts).toBe(1)
  begins(seen, most)
  expect(seen.texts.join(' ')).not.toContain(WORDS.output)
}

/** The SDK's own end of a call, and the end of the model's work. */
function aborted({ client, kind, mode, error, seen, attempts, calls }: Observed): void {
  const { abort, abortMidway } = client.expected(kind)
  const streamed = mode === 'streamed'
  expect(error?.kind ?? seen.ended ?? 'the loop ends').toBe(streamed ? abortMidway : abort)
  expect(attempts).toBe(1)
  expect(calls.map(({ abandoned }) => abandoned)).toEqual([true])
  if (streamed) begins(seen, wholeOf({ kind }))
  else expect(seen).toEqual({ texts: [] })
}

function begins(seen: Seen, most: string): void {
  expect(seen.texts.length).toBeGreaterThan(0)
  for (const [choice, text] of seen.texts.entries()) {
    const whole = most === CHOICES[0] ? (CHOICES[choice] ?? '') : most
    expect(text).not.toBe('')
    expect(whole.slice(0, text.length)).toBe(text)
  }
  expect(seen).not.toHaveProperty('args')
  expect(seen).not.toHaveProperty('object')
}

/** All that may be seen before what blocks. */
function prefixOf({ kind }: Pick<Observed, 'kind'>): string {
  if (kind === 'tools') return PREFIX.tools
  return kind === 'structured' ? `{"answer":"${PREFIX.text}` : PREFIX.text
}

function wholeOf({ kind }: Pick<Observed, 'kind'>): string {
  if (kind === 'tools') return MOMENT
  if (kind === 'multi') return CHOICES[0]!
  return kind === 'structured' ? JSON.stringify({ answer: SAID, sure: true }) : SAID
}

type Vector = (text: string) => number[]
const words = (text: string): number => text.split(' ').length
const same = (one: number[], other: number[]): boolean =>
  one.length === other.length && one.every((value, at) => value === other[at])
