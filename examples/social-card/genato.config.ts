import { defineConfig } from 'genato'

export default defineConfig({
  stack: 'social-card',
  generator: './generator.ts',
  assets: ['logo.svg'],
})
