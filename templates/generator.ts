/** The generator that `genato init --generator` writes: short, typed, and it works as it is. */
export function generatorTemplate(): string {
  return `import { BadRequest, decode, defineGenerator, escapeXml, quote } from 'genato'

// /hello/<name>.svg is a greeting. Every other path is a file of the bucket's.
export default defineGenerator({
  // Part of every stored image's key: raise it, and all images are made anew. 'auto' does so at every change of code.
  version: '1',

  // What genato dev shows.
  examples: ['/hello/you.svg'],

  // From a path to what the image needs; undefined: not an image of this generator's.
  parse(path) {
    const name = /^\\/hello\\/([^/]+)\\.svg$/.exec(path)?.[1]
    if (name === undefined) return undefined
    const text = decode(name).normalize('NFC').trim()
    if (text === '' || text.length > 40)
      throw new BadRequest('BAD_NAME', \`\${quote(text)} is no name: write 1 to 40 characters.\`)
    return { name: text }
  },

  // And back: one path for each image, however it was spelt.
  format: ({ name }) => \`/hello/\${encodeURIComponent(name)}.svg\`,

  // Called once for each image; the result is stored, and served from the store ever after.
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
