// @ts-check
// Compresses the pixels of the package's images with each possible setting.
import { createRequire } from 'node:module'
import path from 'node:path'
import { constants, deflateSync, inflateSync } from 'node:zlib'
import { answerLines } from './lines.js'

const [folder = ''] = process.argv.slice(2)
process.env['FONTCONFIG_FILE'] = path.join(folder, 'fonts', 'fonts.conf')
/** @type {{ render: (path: string, timeoutMs: number) => Promise<{ body: Uint8Array }> }} */
const { render } = createRequire(import.meta.url)(`${folder}/index.js`)
const { default: sharp } = await import('sharp')
sharp.cache(false)

/** @typedef {{ width: number, height: number, scanlines: Buffer, pixels: Buffer }} Source */

/** @type {Source | undefined} */
let source

/** @param {number} width @param {number} height @returns {Promise<Source>} */
async function sourceOf(width, height) {
  if (source?.width === width) return source
  const png = Buffer.from((await render(`/${width}x${height},white,png`, 60_000)).body)
  const start = png.indexOf('IDAT')
  const scanlines = inflateSync(png.subarray(start + 4, start + 4 + png.readUInt32BE(start - 4)))
  const pixels = await sharp(png).toColourspace('srgb').removeAlpha().raw().toBuffer()
  source = { width, height, scanlines, pixels }
  return source
}

/** @param {Source} source */
function image({ width, height, pixels }) {
  return sharp(pixels, { raw: { width, height, channels: 3 } })
}

const STRATEGIES = {
  default: constants.Z_DEFAULT_STRATEGY,
  RLE: constants.Z_RLE,
  HUFFMAN: constants.Z_HUFFMAN_ONLY,
  FILTERED: constants.Z_FILTERED,
}

/** @type {Record<string, (source: Source) => Buffer | Promise<Buffer>>} */
const encoders = {
  'jpg optimiseCoding': (source) => image(source).jpeg({ chromaSubsampling: '4:4:4' }).toBuffer(),
  'jpg plain': (source) =>
    image(source).jpeg({ chromaSubsampling: '4:4:4', optimiseCoding: false }).toBuffer(),
}
for (const [name, strategy] of Object.entries(STRATEGIES))
  for (const level of [1, 6, 9])
    encoders[`png level ${level} ${name}`] = ({ scanlines }) => deflateSync(scanlines, { level, strategy })
for (const effort of [0, 1, 2, 4])
  encoders[`webp effort ${effort}`] = (source) => image(source).webp({ effort }).toBuffer()
for (const effort of [0, 1, 2])
  encoders[`avif effort ${effort}`] = (source) => image(source).avif({ effort }).toBuffer()
for (const effort of [1, 4, 7, 10])
  encoders[`gif effort ${effort}`] = (source) => image(source).gif({ effort, dither: 0 }).toBuffer()

/** @type {Parameters<typeof answerLines>[0]} */
const makers = {
  'gif by hand, text drawn too': async ({ width, height }) =>
    (await render(`/${width}x${height},white,gif`, 60_000)).body.length,
}
for (const [name, encoder] of Object.entries(encoders))
  makers[name] = async ({ width, height }) => (await encoder(await sourceOf(width, height))).length
makers['prepare'] = async ({ width, height }) => (await sourceOf(width, height)).pixels.length

await answerLines(makers)
