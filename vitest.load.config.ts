import { defineConfig } from 'vitest/config'

/** The server under load and attack. These run separately because they take minutes, and one by one to measure memory. */
export default defineConfig({
  test: {
    include: ['test/load/**/*.load.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 240_000,
    hookTimeout: 120_000,
  },
})
