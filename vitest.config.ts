import { randomInt } from 'node:crypto'
import { defineConfig } from 'vitest/config'

const { SEED = '0', RUNS = '1' } = process.env
const seed = SEED === 'random' ? randomInt(2 ** 31) : Number(SEED)
if (!Number.isInteger(seed)) throw new Error('SEED must be a whole number or "random"')
if (!(Number(RUNS) > 0)) throw new Error('RUNS must be a number above 0')
if (seed !== 0) console.log(`SEED=${seed}`)

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    // They need what `scripts/ci/services` installs: `npm run test:services` runs them.
    exclude: ['test/services/**', '**/node_modules/**'],
    testTimeout: 30_000 * Math.max(1, Number(RUNS)),
    pool: 'forks',
    // By default a processor is left free, which on a machine with two leaves one.
    maxWorkers: 2,
    globalSetup: 'test/build.ts',
    setupFiles: 'test/seed.ts',
    env: { SEED: String(seed) },
  },
})
