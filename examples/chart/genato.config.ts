import { defineConfig } from 'genato'

export default defineConfig({
  stack: 'chart',
  generator: './generator.ts',
})
