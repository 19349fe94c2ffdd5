import { defineConfig } from 'vitest/config'

/** Processes killed at each of their writes. These run separately because they take minutes. */
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
