/** The `genato.config.ts` that `genato init` writes. */
export function configTemplate({ generator }: { generator: string | undefined }): string {
  return `import { defineConfig } from 'genato'

// Everything has a default: take the slashes away from what you want otherwise.
export default defineConfig({
  // Names all that genato makes on AWS.
  // stack: 'genato',

  // A module that makes the images; left out, the built-in generator makes them.
  ${generator ? `generator: './${generator}',` : "// generator: './generator.ts',"}

  // Files for the generator, read with context.asset('logo.png').
  // assets: ['logo.png'],

  // What the built-in generator draws where a URL has no text=, and the font that it takes.
  // text: 'Hello World',
  // font: './fonts/MyFont.ttf',

  // The longest side in pixels, text in characters and path in bytes.
  // limits: { side: 4096, text: 200, path: 1024 },

  // The function's memory in MB (its share of a processor grows with it) and its time in seconds.
  // memory: 1769,
  // timeout: 30,
})
`
}
