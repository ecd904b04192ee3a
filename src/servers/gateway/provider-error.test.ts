import { expect, it } from 'vitest'
import { anonymous } from './provider-error.ts'

it.each([
  '10.1.2.3:8000',
  '[fd00::1]:8000',
  'localhost:8000',
  'api.example.com/v1',
  'https://10.0.0.1/v1',
  'sk-abc123',
  'gsk_abcDEF0123456789',
  'xai-abcdef012345',
  'AIzaSyA-1234567890abcdefghijklmnopqrst',
  '0123456789abcdef0123456789abcdef',
  '3fa85f64-5717-4562-b3fc-2c963f66afa6',
  'arn:aws:iam::123456789012:role/x',
])('a provider’s error names no %s', (name) => {
  expect(anonymous(`not with ${name} here`)).toBe('not with [removed] here')
})

it('and still says what was wrong', () => {
  for (const said of [
    'model claude-3-5-sonnet-20241022 not found',
    'max_completion_tokens: 4.5 is more than 16384',
    'messages[0].content[12]: expected a string',
  ])
    expect(anonymous(said)).toBe(said)
})
