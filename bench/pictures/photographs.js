// @ts-check
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import sharp from 'sharp'

/** @typedef {{ name: string, width: number, height: number }} Photograph */

/** JPEG files by megapixels. `turned` says in its EXIF data that the camera was held upright. */
export const PHOTOGRAPHS = /** @type {const} */ ({
  small: { name: 'small.jpg', width: 640, height: 480 },
  medium: { name: 'medium.jpg', width: 2160, height: 1620 },
  large: { name: 'large.jpg', width: 4000, height: 3000 },
  turned: { name: 'turned.jpg', width: 4000, height: 3000, orientation: 6 },
  largest: { name: 'largest.jpg', width: 6000, height: 4000 },
})
export const CUTOUT = { name: 'cutout.png', width: 1600, height: 1200 }
export const ANIMATION = { name: 'animation.gif', width: 480, height: 360, frames: 24 }

/** Levels of the sensor's noise, as a good camera has it at a low sensitivity. */
const GRAIN = 3
/** A camera's own JPEG. */
const QUALITY = 92

/**
 * Writes the originals: the same in every run. They are no photographs, but have what makes them hard to shrink and
 * to encode: edges of objects of all sizes (the "dead leaves" model of natural images), shading, and noise.
 * @param {string} folder
 */
export async function writePhotographs(folder) {
  for (const { name, width, height, ...rest } of Object.values(PHOTOGRAPHS)) {
    const orientation = 'orientation' in rest ? rest.orientation : 1
    const image = await withGrain(await leaves(width, height), width, height)
    await image
      .jpeg({ quality: QUALITY })
      .withExif({ IFD0: { Make: 'genato', Model: 'bench', Copyright: 'none' } })
      .withMetadata({ orientation })
      .toFile(path.join(folder, name))
  }
  await writeFile(path.join(folder, CUTOUT.name), await cutout())
  await writeFile(path.join(folder, ANIMATION.name), await animation())
}

/**
 * Objects that cover each other. Their number falls with the cube of their size, as in natural images.
 * @param {number} width @param {number} height @param {number} [seed]
 */
async function leaves(width, height, seed = 7) {
  const random = randomFrom(seed)
  const longer = Math.max(width, height)
  const count = 4_000
  const shapes = Array.from({ length: count }, (_, index) => {
    // From a fifth of the picture down to five hundredths of a percent: the largest lie at the back.
    const share = Math.min(0.2, 0.0035 / Math.sqrt((index + 1) / count + random() * 0.002))
    const radius = Math.max(1, share * longer * (0.6 + random() * 0.8))
    const [x, y] = [random() * width, random() * height]
    const shade = Math.floor(random() * SHADES)
    const turn = Math.floor(random() * 180)
    const flat = 0.4 + random() * 0.6
    return random() < 0.6
      ? `<ellipse cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" rx="${radius.toFixed(1)}" ry="${(radius * flat).toFixed(1)}" transform="rotate(${turn} ${x.toFixed(1)} ${y.toFixed(1)})" fill="url(#s${shade})"/>`
      : `<rect x="${(x - radius).toFixed(1)}" y="${(y - radius * flat).toFixed(1)}" width="${(radius * 2).toFixed(1)}" height="${(radius * flat * 2).toFixed(1)}" transform="rotate(${turn} ${x.toFixed(1)} ${y.toFixed(1)})" fill="url(#s${shade})"/>`
  })
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><defs>${shades(random)}</defs><rect width="100%" height="100%" fill="#7d8a94"/>${shapes.join('')}</svg>`
  return sharp(Buffer.from(svg), { unlimited: true, limitInputPixels: false }).removeAlpha().raw().toBuffer()
}

const SHADES = 160

/** Muted colours, each lit from one side. @param {() => number} random */
function shades(random) {
  return Array.from({ length: SHADES }, (_, index) => {
    const hue = Math.floor(random() < 0.6 ? 20 + random() * 60 : random() * 360)
    const light = 12 + random() * 70
    const color = (/** @type {number} */ by) =>
      `hsl(${hue},${Math.floor(8 + random() * 40)}%,${(light * by).toFixed(0)}%)`
    return `<linearGradient id="s${index}" x2="${random().toFixed(2)}" y2="${random().toFixed(2)}"><stop offset="0" stop-color="${color(1.15)}"/><stop offset="1" stop-color="${color(0.75)}"/></linearGradient>`
  }).join('')
}

/**
 * The lens and the sensor: a trace of blur, then noise.
 * @param {Buffer} pixels @param {number} width @param {number} height
 */
async function withGrain(pixels, width, height) {
  const raw = /** @type {const} */ ({ width, height, channels: 3 })
  const soft = await sharp(pixels, { raw, limitInputPixels: false }).blur(0.7).raw().toBuffer()
  const random = randomFrom(11)
  const table = Array.from({ length: 4096 }, () =>
    Math.round((random() + random() + random() - 1.5) * 2 * GRAIN),
  )
  let state = 1
  for (let at = 0; at < soft.length; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    soft[at] = Math.max(0, Math.min(255, (soft[at] ?? 0) + (table[state >>> 20] ?? 0)))
  }
  return sharp(soft, { raw, limitInputPixels: false })
}

/** A product on nothing, as shops have it. */
async function cutout() {
  const { width, height } = CUTOUT
  const photograph = await (await withGrain(await leaves(width, height), width, height)).png().toBuffer()
  const mask = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><ellipse cx="50%" cy="50%" rx="42%" ry="38%"/></svg>`
  return sharp(photograph)
    .ensureAlpha()
    .composite([{ input: Buffer.from(mask), blend: 'dest-in' }])
    .png()
    .toBuffer()
}

/** A view that moves over a scene. */
async function animation() {
  const { width, height, frames } = ANIMATION
  const scene = await sharp(await leaves(width * 2, height * 2), {
    raw: { width: width * 2, height: height * 2, channels: 3 },
  })
    .png()
    .toBuffer()
  const views = await Promise.all(
    Array.from({ length: frames }, (_, frame) =>
      sharp(scene)
        .extract({ left: frame * 8, top: frame * 4, width, height })
        .png()
        .toBuffer(),
    ),
  )
  return sharp(views, { join: { animated: true } })
    .gif({ effort: 4, delay: views.map(() => 80), loop: 0 })
    .toBuffer()
}

/** Numbers from 0 to 1, the same in every run (mulberry32). @param {number} seed */
function randomFrom(seed) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
