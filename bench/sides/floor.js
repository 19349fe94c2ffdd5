// @ts-check
// The floor below the package: sharp alone, and the compression alone. Same protocol as the package's side.
import path from 'node:path'
import { deflateSync } from 'node:zlib'
import { answerLines } from './lines.js'

const [folder = ''] = process.argv.slice(2)
process.env['FONTCONFIG_FILE'] = path.join(folder, 'fonts', 'fonts.conf')
const { default: sharp } = await import('sharp')
sharp.cache(false)

await answerLines({
  /** Without text. */
  'sharp create': async ({ width, height }) => {
    const create = { width, height, channels: /** @type {const} */ (3), background: 'white' }
    return (await sharp({ create }).png().toBuffer()).length
  },
  'sharp svg': async ({ width, height }) => (await sharp(svg(width, height)).png().toBuffer()).length,
  zlib: async ({ width, height }) => deflateSync(Buffer.alloc((width + 1) * height), { level: 1 }).length,
})

/**
 * @param {number} width
 * @param {number} height
 */
function svg(width, height) {
  const size = Math.round(Math.min(width, height) / 10)
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="white"/><text x="50%" y="50%" text-anchor="middle" dominant-baseline="central" font-family="Inter" font-size="${size}">Hello World</text></svg>`,
  )
}
