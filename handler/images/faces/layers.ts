/**
 * The few layers that the network is made of. They take and give maps of numbers: row by row, the channels of a pixel
 * side by side.
 */
export interface FeatureMap {
  readonly width: number
  readonly height: number
  readonly channels: number
  readonly data: Float32Array
}

/** A 1x1 convolution to `outputs` channels, and a 3x3 convolution of each of them for itself. */
export interface Unit {
  readonly inputs: number
  readonly outputs: number
  /** For each output, a number for each input. */
  readonly mix: Float64Array
  readonly mixBias: Float64Array
  /** For each of the nine places, a number for each output. */
  readonly taps: Float64Array
  readonly tapBias: Float64Array
}

/** A 3x3 convolution of an RGB image that leaves every second row and column out. */
export interface FirstLayer {
  readonly outputs: number
  /** For each output: rows, columns, and red, green, blue. */
  readonly filters: Float64Array
  readonly bias: Float64Array
}

function emptyMap(width: number, height: number, channels: number): FeatureMap {
  return { width, height, channels, data: new Float32Array(width * height * channels) }
}

/** @param image RGB of 8 bits, with even sides. */
export function convolveImage(
  image: Uint8Array,
  width: number,
  height: number,
  { outputs, filters, bias }: FirstLayer,
): FeatureMap {
  const map = emptyMap(width / 2, height / 2, outputs)
  // Its outer rows and columns are black, so that no pixel is at an edge.
  const stride = (width + 2) * 3
  const framed = new Float64Array(stride * (height + 2))
  for (let row = 0; row < height; row++)
    framed.set(image.subarray(row * width * 3, (row + 1) * width * 3), (row + 1) * stride + 3)
  const near = new Float64Array(27)
  let to = 0
  for (let row = 0; row < map.height; row++)
    for (let column = 0; column < map.width; column++) {
      const from = row * 2 * stride + column * 6
      for (let line = 0; line < 3; line++)
        near.set(framed.subarray(from + line * stride, from + line * stride + 9), line * 9)
      for (let output = 0; output < outputs; output++) {
        let sum = bias[output] ?? 0
        for (let at = 0; at < 27; at++) sum += (near[at] ?? 0) * (filters[output * 27 + at] ?? 0)
        map.data[to++] = Math.max(0, sum)
      }
    }
  return map
}

/** @param ends negative results stay, since the unit is the last. */
export function convolve(input: FeatureMap, unit: Unit, ends = false): FeatureMap {
  return tapChannels(mixChannels(input, unit), unit, ends)
}

/**
 * Two thirds of the network's time go here. Two pixels by four outputs at once halve it: a number that was loaded is
 * used more than once.
 */
function mixChannels({ width, height, data: from }: FeatureMap, unit: Unit): FeatureMap {
  const { inputs, outputs, mix, mixBias } = unit
  const map = emptyMap(width, height, outputs)
  const to = map.data
  const pixels = width * height
  const inFours = outputs - (outputs % 4)
  for (let pixel = 0; pixel < pixels; pixel += 2) {
    // An odd last pixel is its own neighbour.
    const next = Math.min(pixel + 1, pixels - 1)
    const [inA, inB, outA, outB] = [pixel * inputs, next * inputs, pixel * outputs, next * outputs]
    for (let output = 0; output < inFours; output += 4) {
      const [w0, w1, w2, w3] = [
        output * inputs,
        (output + 1) * inputs,
        (output + 2) * inputs,
        (output + 3) * inputs,
      ]
      let a0 = mixBias[output] ?? 0
      let a1 = mixBias[output + 1] ?? 0
      let a2 = mixBias[output + 2] ?? 0
      let a3 = mixBias[output + 3] ?? 0
      let [b0, b1, b2, b3] = [a0, a1, a2, a3]
      for (let at = 0; at < inputs; at++) {
        const a = from[inA + at] ?? 0
        const b = from[inB + at] ?? 0
        a0 += a * (mix[w0 + at] ?? 0)
        a1 += a * (mix[w1 + at] ?? 0)
        a2 += a * (mix[w2 + at] ?? 0)
        a3 += a * (mix[w3 + at] ?? 0)
        b0 += b * (mix[w0 + at] ?? 0)
        b1 += b * (mix[w1 + at] ?? 0)
        b2 += b * (mix[w2 + at] ?? 0)
        b3 += b * (mix[w3 + at] ?? 0)
      }
      to[outA + output] = a0
      to[outA + output + 1] = a1
      to[outA + output + 2] = a2
      to[outA + output + 3] = a3
      to[outB + output] = b0
      to[outB + output + 1] = b1
      to[outB + output + 2] = b2
      to[outB + output + 3] = b3
    }
    for (let output = inFours; output < outputs; output++) {
      let [a, b] = [mixBias[output] ?? 0, mixBias[output] ?? 0]
      for (let at = 0; at < inputs; at++) {
        a += (from[inA + at] ?? 0) * (mix[output * inputs + at] ?? 0)
        b += (from[inB + at] ?? 0) * (mix[output * inputs + at] ?? 0)
      }
      to[outA + output] = a
      to[outB + output] = b
    }
  }
  return map
}

function tapChannels(
  { width, height, channels, data: from }: FeatureMap,
  unit: Unit,
  ends: boolean,
): FeatureMap {
  const map = emptyMap(width, height, channels)
  const { taps, tapBias } = unit
  const least = ends ? -Infinity : 0
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      const at = (row * width + column) * channels
      if (row > 0 && row < height - 1 && column > 0 && column < width - 1)
        tapInside(map.data, from, { at, line: width * channels, channels, taps, tapBias, least })
      else tapAtEdge(map.data, from, { width, height, row, column, channels, taps, tapBias, least })
    }
  return map
}

interface Inside {
  at: number
  line: number
  channels: number
  taps: Float64Array
  tapBias: Float64Array
  least: number
}

function tapInside(to: Float32Array, from: Float32Array, inside: Inside): void {
  const { at, line, channels, taps, tapBias, least } = inside
  const [above, below] = [at - line, at + line]
  for (let channel = 0; channel < channels; channel++) {
    const [up, here, down] = [above + channel, at + channel, below + channel]
    const sum =
      (tapBias[channel] ?? 0) +
      (from[up - channels] ?? 0) * (taps[channel] ?? 0) +
      (from[up] ?? 0) * (taps[channels + channel] ?? 0) +
      (from[up + channels] ?? 0) * (taps[2 * channels + channel] ?? 0) +
      (from[here - channels] ?? 0) * (taps[3 * channels + channel] ?? 0) +
      (from[here] ?? 0) * (taps[4 * channels + channel] ?? 0) +
      (from[here + channels] ?? 0) * (taps[5 * channels + channel] ?? 0) +
      (from[down - channels] ?? 0) * (taps[6 * channels + channel] ?? 0) +
      (from[down] ?? 0) * (taps[7 * channels + channel] ?? 0) +
      (from[down + channels] ?? 0) * (taps[8 * channels + channel] ?? 0)
    to[here] = Math.max(least, sum)
  }
}

interface AtEdge extends Omit<Inside, 'at' | 'line'> {
  width: number
  height: number
  row: number
  column: number
}

/** Everything outside the map is 0. */
function tapAtEdge(to: Float32Array, from: Float32Array, edge: AtEdge): void {
  const { width, height, row, column, channels, taps, tapBias, least } = edge
  for (let channel = 0; channel < channels; channel++) {
    let sum = tapBias[channel] ?? 0
    for (let y = Math.max(0, row - 1); y <= Math.min(height - 1, row + 1); y++)
      for (let x = Math.max(0, column - 1); x <= Math.min(width - 1, column + 1); x++) {
        const tap = (y - row + 1) * 3 + (x - column + 1)
        sum += (from[(y * width + x) * channels + channel] ?? 0) * (taps[tap * channels + channel] ?? 0)
      }
    to[(row * width + column) * channels + channel] = Math.max(least, sum)
  }
}

/** Halves both sides, which are even: keeps the largest of four numbers. */
export function pool({ width, height, channels, data: from }: FeatureMap): FeatureMap {
  const map = emptyMap(width / 2, height / 2, channels)
  const line = width * channels
  let to = 0
  for (let row = 0; row < map.height; row++)
    for (let column = 0; column < map.width; column++)
      for (let channel = 0; channel < channels; channel++) {
        const at = row * 2 * line + column * 2 * channels + channel
        map.data[to++] = Math.max(
          from[at] ?? 0,
          from[at + channels] ?? 0,
          from[at + line] ?? 0,
          from[at + line + channels] ?? 0,
        )
      }
  return map
}

/** Adds a map of half the sides. */
export function addHalf({ width, height, channels, data }: FeatureMap, half: FeatureMap): FeatureMap {
  const map = emptyMap(width, height, channels)
  let to = 0
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      const from = ((row >> 1) * half.width + (column >> 1)) * channels
      for (let channel = 0; channel < channels; channel++, to++)
        map.data[to] = (data[to] ?? 0) + (half.data[from + channel] ?? 0)
    }
  return map
}
