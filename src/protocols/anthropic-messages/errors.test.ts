import { describe, expect, it } from 'vitest'
import { CODES } from '../../core/codes.ts'
import { GateError } from '../../core/errors.ts'
import { anthropicError } from './errors.ts'

const typeOf = (error: GateError): string => JSON.parse(anthropicError(error, 'body')).error.type

describe('an error in Anthropic’s words', () => {
  it('as a body and as the last event of a stream', () => {
    const error = new GateError('keywords.words', { param: 'messages[0].content' })
    const said = {
      type: 'error',
      error: {
        type: 'policy_violation',
        message: 'The text contains a word that this boundary does not allow.',
        code: 'keywords.words',
        param: 'messages[0].content',
        details: { error_code: 'keywords.words' },
      },
    }
    expect(JSON.parse(anthropicError(error, 'body'))).toEqual(said)
    const event = anthropicError(error, 'stream')
    expect(event).toMatch(/^event: error\ndata: .*\n\n$/)
    expect(JSON.parse(event.split('\n')[1]!.slice('data: '.length))).toEqual(said)
  })

  it('every code has the type of its kind', () => {
    const types = Object.fromEntries(Object.keys(CODES).map((code) => [code, typeOf(new GateError(code))]))
    expect(types).toMatchObject({
      'length.exceeded': 'policy_violation',
      'keywords.*': 'policy_violation',
      'content.uninspected': 'policy_violation',
      'guard.failed': 'guard_unavailable',
      'auth.missing': 'authentication_error',
      'auth.no_boundary': 'permission_error',
      'request.not_found': 'not_found_error',
      'request.model': 'not_found_error',
      'request.invalid': 'invalid_request_error',
      'request.method': 'invalid_request_error',
      'body.not_json': 'invalid_request_error',
      'body.too_large': 'request_too_large',
      'upstream.unavailable': 'api_error',
      'upstream.timeout': 'timeout_error',
      'upstream.rejected': 'invalid_request_error',
      'upstream.rate_limited': 'rate_limit_error',
      'gate.draining': 'overloaded_error',
      'gate.internal': 'api_error',
    })
    expect(typeOf(new GateError('upstream.rejected', { status: 404 }))).toBe('not_found_error')
    expect(typeOf(new GateError('limit.requests', { status: 429 }))).toBe('rate_limit_error')
  })
})
