import { expect, test } from 'vitest'
import { decodeEntities } from './entities.ts'

test('names are those of HTML, not those that objects of JavaScript have', () => {
  expect(decodeEntities('a&sol;b&commat;c&#47;')).toBe('a/b@c/')
  expect(decodeEntities('&constructor;&toString;')).toBe('&constructor;&toString;')
})
