import { describe, expect, it } from 'vitest'
import { canariesOf } from './canary.ts'
import { readDocuments } from './documents.ts'

const document = (kind: string, spec: object) =>
  JSON.stringify({ apiVersion: 'sallyport.dev/v1', kind, metadata: { name: 'a' }, spec })
const documents = (gate: object, canary = true) =>
  readDocuments({
    dir: 'p',
    files: [
      {
        file: 'p/a.yaml',
        source: [document('Gate', gate), document('Boundary', { upstreams: [], canary })].join('\n---\n'),
      },
    ],
    problems: [],
    digest: '',
  })
const secret = { env: 'S' }

describe('canaries', () => {
  it('are one tenant and boundary’s own, and the same wherever the secret is', () => {
    const make = (value: string) => canariesOf(documents({ secret }), { secret: () => value })!
    const one = make('0123456789abcdef')
    expect(one('a', 't')).toMatch(/^[a-z2-7]{20}$/)
    expect(make('0123456789abcdef')('a', 't')).toBe(one('a', 't'))
    expect(
      new Set([one('a', 't'), one('b', 't'), one('a', 'u'), make('0123456789abcdeg')('a', 't')]).size,
    ).toBe(4)
  })

  it('need a secret, of a length', () => {
    const none = documents({})
    expect(canariesOf(none, { secret: () => '' })).toBeUndefined()
    expect(none.problems[0]?.message).toContain('secret: { env: SALLYPORT_SECRET }')
    const short = documents({ secret })
    expect(canariesOf(short, { secret: () => 'short' })).toBeUndefined()
    expect(short.problems[0]?.message).toContain('16 characters')
  })

  it('are none where no boundary asks for them', () => {
    const read = documents({}, false)
    expect(canariesOf(read, { secret: () => '' })).toBeUndefined()
    expect(read.problems).toEqual([])
  })
})
