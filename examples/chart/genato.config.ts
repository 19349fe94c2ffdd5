import { defineConfig } from 'genato'

export default defineConfig({
  stack: 'chart',
  generate: { generator: './generator.ts' },
})
