import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    // They need what `scripts/ci/services` installs: `npm run test:services` runs them.
    exclude: ['test/services/**', '**/node_modules/**'],
    testTimeout: 30_000,
    pool: 'forks',
    // By default a processor is left free, which on a machine with two leaves one.
    maxWorkers: 2,
    globalSetup: 'test/build.ts',
  },
})
