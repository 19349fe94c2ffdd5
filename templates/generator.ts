/** The generator that `genato init --generator` writes: short, typed, and ready to use. */
export function generatorTemplate(): string {
  return `import { BadRequest, decode, defineGenerator, escapeXml, quote } from 'genato'

// /hello/<name>.svg is a greeting. Every other path is a file in the bucket.
export default defineGenerator({
  // Part of every stored image's key: raise it to regenerate all images. 'auto' does so whenever the code changes.
  version: '1',

  // Shown by genato dev.
  examples: ['/hello/you.svg'],

  // Turns a path into the image's parameters. undefined: the path is not an image of this generator.
  parse(path) {
    const name = /^\\/hello\\/([^/]+)\\.svg$/.exec(path)?.[1]
    if (name === undefined) return undefined
    const text = decode(name).normalize('NFC').trim()
    if (text === '' || text.length > 40)
      throw new BadRequest('BAD_NAME', \`\${quote(text)} is not a name: write 1 to 40 characters.\`)
    return { name: text }
  },

  // Turns parameters back into the image's one path, whichever spelling was requested.
  format: ({ name }) => \`/hello/\${encodeURIComponent(name)}.svg\`,

  // Called once for each image. The result is stored and served from then on.
  async generate({ name }, context) {
    context.log.info('greeting', { name })
    const body = \`<svg xmlns="http://www.w3.org/2000/svg" width="640" height="320" viewBox="0 0 640 320">
  <rect width="640" height="320" rx="24" fill="#102a43"/>
  <text x="320" y="180" font-family="sans-serif" font-size="48" fill="#f0f4f8" text-anchor="middle">Hello, \${escapeXml(name)}!</text>
</svg>\`
    return { body, contentType: 'image/svg+xml' }
  },
})
`
}
