import { expect, it } from 'vitest'
import { inspectWhole, openCase } from '../../../test/guard-law.ts'
import { content } from './index.ts'

it('runs whether a boundary lists it or not', () => {
  expect(content.always).toBe(true)
})

it('names the medium and nothing else', async () => {
  const guard = await openCase(content, {})
  const { hits } = await inspectWhole(guard, '', { id: 1, origin: 'user', kind: 'media', medium: 'audio' })
  expect(hits[0]?.reason).toBe('audio cannot be inspected')
})

it('is asked about parts without text', async () => {
  expect((await openCase(content, {})).kinds).toEqual(['media', 'opaque'])
})

it('refuses a setting that it does not know', () => {
  expect(content.config.safeParse({ allowed: ['image'] }).success).toBe(false)
})
