import { expect, test } from 'vitest'
import { MANIFEST } from '../../../test/stand-in.ts'
import { readManifest } from './manifest.ts'

const read = (changes: Record<string, unknown>) => () =>
  readManifest(JSON.stringify({ ...MANIFEST, ...changes }))

test('a logit means what the calibration of its model, head and channel says', () => {
  const { calibration, ...rest } = MANIFEST
  const manifest = readManifest(
    JSON.stringify({
      ...rest,
      heads: ['toxicity', 'injection'],
      calibration: { ...calibration, fast: { ...calibration.fast, injection: { a: 2, b: -1 } } },
    }),
  )
  const scale = manifest.scale('fast', 'injection', 'data')
  expect(scale.column).toBe(1)
  expect(scale.probability(0.5)).toBe(0.5)
  expect(scale.thresholds).toEqual([
    ['injection.suspected', 0.5],
    ['injection.indirect', 0.9],
  ])
  expect(manifest.scale('encoder', 'toxicity', 'data').thresholds).toEqual([['toxicity.toxic', 0.5]])
})

test.each([
  ['no JSON', () => readManifest('{'), 'guard.json is not JSON'],
  ['a field that nobody knows', read({ extra: 1 }), 'Unrecognized key: "extra"'],
  ['a head missing', read({ heads: ['injection'] }), '"heads" must name injection and toxicity'],
  ['windows that hardly move on', read({ stride: 20 }), '"stride" is more than half'],
  [
    'a probability above 1',
    read({ thresholds: { ...MANIFEST.thresholds, fast: { 'toxicity.toxic': { any: 2 } } } }),
    '"thresholds.fast.toxicity.toxic',
  ],
  [
    'a head that finds nothing',
    read({ thresholds: { ...MANIFEST.thresholds, fast: { 'toxicity.toxic': { any: 0.5 } } } }),
    '"thresholds.fast" has none for injection of channel "user"',
  ],
  [
    'a code of no head',
    read({ thresholds: { ...MANIFEST.thresholds, fast: { 'pii.email': { any: 0.5 } } } }),
    '"thresholds.fast.pii.email"',
  ],
  [
    'nothing between clear and certain',
    read({
      cascade: {
        ...MANIFEST.cascade,
        toxicity: { user: { low: 0.5, high: 0.5 }, data: { low: 0.1, high: 0.9 } },
      },
    }),
    '"low" below "high"',
  ],
  [
    'a rising score that falls',
    read({
      calibration: {
        ...MANIFEST.calibration,
        fast: { injection: { a: -1, b: 0 }, toxicity: { a: 1, b: 0 } },
      },
    }),
    '"calibration.fast.injection.a"',
  ],
])('%s is refused, and the error says where', (_, reading, message) => {
  expect(reading).toThrow(message)
})
