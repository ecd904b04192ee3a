import { defineConfig } from 'vitest/config'

/** Tests against real servers that the machine must have: Redis, Prometheus and the like. */
export default defineConfig({
  test: {
    include: ['test/services/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // Each starts servers of its own and some of them load the machine.
    fileParallelism: false,
    globalSetup: 'test/build.ts',
  },
})
