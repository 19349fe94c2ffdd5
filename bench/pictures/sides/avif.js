// @ts-check
// Encodes the same pixels as AVIF with the ordered settings.
import { createInterface } from 'node:readline'
import sharp from 'sharp'
import { reference, ssim } from '../ssim.js'

sharp.cache(false)

/** @typedef {{ file: string, width: number, height: number, effort: number, chromaSubsampling: '4:2:0' | '4:4:4', quality: number, compare?: boolean }} Order */

/** @type {{ file: string, pixels: Buffer, wanted: Awaited<ReturnType<typeof reference>> } | undefined} */
let prepared

for await (const line of createInterface({ input: process.stdin })) {
  const { file, width, height, compare, ...settings } = /** @type {Order} */ (JSON.parse(line))
  if (prepared?.file !== file) {
    const pixels = await sharp(file).autoOrient().resize(width, height).raw().toBuffer()
    prepared = { file, pixels, wanted: await reference(file, width, height) }
  }
  const started = performance.now()
  const picture = await sharp(prepared.pixels, { raw: { width, height, channels: 3 } })
    .avif(settings)
    .toBuffer()
  const ms = performance.now() - started
  const likeness = compare ? await ssim(picture, prepared.wanted) : undefined
  console.log(JSON.stringify({ ms, bytes: picture.length, ssim: likeness }))
}
