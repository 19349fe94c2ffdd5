import { defineConfig } from 'genato'

export default defineConfig({
  stack: 'social-card',
  generate: {
    generator: './generator.ts',
    assets: ['logo.svg'],
  },
})
