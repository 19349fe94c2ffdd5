/**
 * ThumbHash by Evan Wallace (https://evanw.github.io/thumbhash/): about 25 bytes that a page turns into a blurred
 * picture while the real one loads. Brightness, two colour differences and transparency are each written as the
 * lowest frequencies of a cosine transform.
 * @param rgba at most 100 pixels a side, not premultiplied.
 */
export function thumbHash(width: number, height: number, rgba: Uint8Array): Uint8Array {
  if (width > 100 || height > 100) throw new RangeError(`${width}x${height} doesn't fit into 100x100.`)
  const pixels = width * height
  const average = averageColor(rgba, pixels)
  const hasAlpha = average.a < pixels
  const l = new Float64Array(pixels)
  const p = new Float64Array(pixels)
  const q = new Float64Array(pixels)
  const a = new Float64Array(pixels)
  for (let i = 0; i < pixels; i++) {
    const alpha = (rgba[i * 4 + 3] ?? 0) / 255
    const [red, green, blue] = [0, 1, 2].map((band) => {
      const mean = [average.r, average.g, average.b][band] ?? 0
      return mean * (1 - alpha) + (alpha / 255) * (rgba[i * 4 + band] ?? 0)
    }) as [number, number, number]
    l[i] = (red + green + blue) / 3
    p[i] = (red + green) / 2 - blue
    q[i] = red - green
    a[i] = alpha
  }
  // Where there is transparency, brightness gets fewer of the bits.
  const most = hasAlpha ? 5 : 7
  const longer = Math.max(width, height)
  const lx = Math.max(1, Math.round((most * width) / longer))
  const ly = Math.max(1, Math.round((most * height) / longer))
  const transform = (channel: Float64Array, nx: number, ny: number) => cosines(channel, width, height, nx, ny)
  const brightness = transform(l, Math.max(3, lx), Math.max(3, ly))
  const yellowBlue = transform(p, 3, 3)
  const redGreen = transform(q, 3, 3)
  const transparency = hasAlpha ? transform(a, 5, 5) : undefined
  const landscape = width > height
  const first =
    Math.round(63 * brightness.dc) |
    (Math.round(31.5 + 31.5 * yellowBlue.dc) << 6) |
    (Math.round(31.5 + 31.5 * redGreen.dc) << 12) |
    (Math.round(31 * brightness.scale) << 18) |
    (hasAlpha ? 1 << 23 : 0)
  const second =
    (landscape ? ly : lx) |
    (Math.round(63 * yellowBlue.scale) << 3) |
    (Math.round(63 * redGreen.scale) << 9) |
    (landscape ? 1 << 15 : 0)
  const bytes = [first & 255, (first >> 8) & 255, (first >> 16) & 255, second & 255, second >> 8]
  if (transparency) bytes.push(Math.round(15 * transparency.dc) | (Math.round(15 * transparency.scale) << 4))
  const factors = [brightness, yellowBlue, redGreen, ...(transparency ? [transparency] : [])]
    .flatMap(({ ac }) => ac)
    .map((factor) => Math.round(15 * factor))
  for (let i = 0; i < factors.length; i += 2) bytes.push((factors[i] ?? 0) | ((factors[i + 1] ?? 0) << 4))
  return Uint8Array.from(bytes)
}

/** Weighted by opacity, from 0 to 1. `a` is the sum of all opacities. */
function averageColor(rgba: Uint8Array, pixels: number) {
  const sum = { r: 0, g: 0, b: 0, a: 0 }
  for (let at = 0; at < pixels * 4; at += 4) {
    const alpha = (rgba[at + 3] ?? 0) / 255
    sum.r += (alpha / 255) * (rgba[at] ?? 0)
    sum.g += (alpha / 255) * (rgba[at + 1] ?? 0)
    sum.b += (alpha / 255) * (rgba[at + 2] ?? 0)
    sum.a += alpha
  }
  return sum.a === 0 ? sum : { r: sum.r / sum.a, g: sum.g / sum.a, b: sum.b / sum.a, a: sum.a }
}

/** The mean, the largest factor, and the others from 0 to 1 with 0.5 for none. Of those, the corner is kept. */
function cosines(channel: Float64Array, width: number, height: number, nx: number, ny: number) {
  let dc = 0
  let scale = 0
  const ac: number[] = []
  for (let cy = 0; cy < ny; cy++) {
    for (let cx = 0; cx * ny < nx * (ny - cy); cx++) {
      let factor = 0
      for (let y = 0; y < height; y++) {
        const row = Math.cos((Math.PI / height) * cy * (y + 0.5))
        for (let x = 0; x < width; x++)
          factor += (channel[x + y * width] ?? 0) * row * Math.cos((Math.PI / width) * cx * (x + 0.5))
      }
      factor /= width * height
      if (cx === 0 && cy === 0) dc = factor
      else {
        ac.push(factor)
        scale = Math.max(scale, Math.abs(factor))
      }
    }
  }
  return { dc, scale, ac: scale === 0 ? ac : ac.map((factor) => 0.5 + (0.5 / scale) * factor) }
}
