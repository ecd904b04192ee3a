import { expect, test } from 'vitest'
import { type MaskRule, mask } from './mask.ts'

const event = () => ({ input: { a: { b: 1 }, list: [1, { c: 2 }], 'x/y': 1 }, result: { allow: true } })

// As OPA's own decision logs mask: `erased` and `masked` name what was there.
test.each<[MaskRule, object, object]>([
  ['/input/a/b', { input: { a: {}, list: [1, { c: 2 }], 'x/y': 1 } }, { erased: ['/input/a/b'] }],
  ['/input/a/none', {}, {}],
  ['/input/a/b/c', {}, {}],
  ['/input/list/1/c', { input: { a: { b: 1 }, list: [1, {}], 'x/y': 1 } }, { erased: ['/input/list/1/c'] }],
  ['/input/list/0', { input: { a: { b: 1 }, list: [{ c: 2 }], 'x/y': 1 } }, { erased: ['/input/list/0'] }],
  ['/input/list/length', {}, {}],
  ['/input/x%2Fy', { input: { a: { b: 1 }, list: [1, { c: 2 }] } }, { erased: ['/input/x%2Fy'] }],
  ['/input/__proto__', {}, {}],
  ['/result', { result: undefined }, { erased: ['/result'] }],
  [
    { op: 'upsert', path: '/input/a/b', value: '-' },
    { input: { a: { b: '-' }, list: [1, { c: 2 }], 'x/y': 1 } },
    { masked: ['/input/a/b'] },
  ],
  [
    { op: 'upsert', path: '/result/new/one', value: 1 },
    { result: { allow: true, new: { one: 1 } } },
    { masked: ['/result/new/one'] },
  ],
  [{ op: 'upsert', path: '/input/list/7', value: 1 }, {}, {}],
  [{ op: 'remove', path: '/result/allow' }, { result: {} }, { erased: ['/result/allow'] }],
])('%j', (rule, changed, told) => {
  const shown = event()
  expect(mask(shown, [rule])).toEqual({ erased: [], masked: [], ...told })
  expect(shown).toEqual({ ...event(), ...changed })
})
