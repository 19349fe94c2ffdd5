import { defineConfig } from 'vitest/config'

/** A process killed at every write that there is: minutes, and so not among the other tests. */
export default defineConfig({
  test: {
    include: ['test/crash/**/*.crash.ts'],
    globalSetup: ['test/support/global-setup.ts', 'test/support/moto/global-setup.ts'],
    pool: 'forks',
    maxWorkers: 3,
    testTimeout: 600_000,
    hookTimeout: 60_000,
  },
})
