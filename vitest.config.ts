import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    // They need what `scripts/ci/services` installs: `npm run test:services` runs them.
    exclude: ['test/services/**', '**/node_modules/**'],
    testTimeout: 30_000,
    pool: 'forks',
    globalSetup: 'test/build.ts',
  },
})
