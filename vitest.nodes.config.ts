import { defineConfig } from 'vitest/config'

/** The package under Lambda's Node versions, each downloaded from npm's registry. */
export default defineConfig({
  test: {
    include: ['test/nodes/**/*.nodes.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    pool: 'forks',
    testTimeout: 240_000,
    hookTimeout: 240_000,
  },
})
