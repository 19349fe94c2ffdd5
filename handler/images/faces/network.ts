import {
  addHalf,
  convolve,
  convolveImage,
  pool,
  type FeatureMap,
  type FirstLayer,
  type Unit,
} from './layers.js'

/** A rectangle that may be a face, in pixels of the image that was looked at. */
export interface Candidate {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  /** 0 to 1. */
  readonly confidence: number
}

/** YuNet (Wu, Peng, Yu: "YuNet: A Tiny Millisecond-level Face Detector", 2023), as libfacedetection 3 has it. */
export interface Network {
  readonly first: FirstLayer
  readonly second: Unit
  /** Pairs. The maps of the last three are looked at. */
  readonly stages: readonly (readonly [Unit, Unit])[]
  /** From the coarsest map to the finest. */
  readonly necks: readonly Unit[]
  /** From the finest map to the coarsest. Outputs: two scores, and a box. */
  readonly heads: readonly Unit[]
}

/** Both sides of the image must be multiples of this. */
export const GRID = 32

const FIRST_OUTPUTS = 16
/** Inputs and outputs of the units of the five stages. */
const STAGES = [
  [16, 16, 32],
  [32, 32, 64],
  [64, 64, 64],
  [64, 64, 64],
  [64, 64, 64],
] as const
const HEAD_OUTPUTS = 6
const STRIDES = [8, 16, 32] as const

/** @param file yunet.bin, which scripts/face-model.js writes. @throws if it has another size. */
export function readNetwork(file: Uint8Array): Network {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  let at = 0
  const take = (count: number) =>
    Float64Array.from({ length: count }, () => {
      const number = view.getFloat32(at, true)
      at += 4
      return number
    })
  const unit = (inputs: number, outputs: number): Unit => ({
    inputs,
    outputs,
    mix: take(inputs * outputs),
    mixBias: take(outputs),
    taps: take(outputs * 9),
    tapBias: take(outputs),
  })
  const network: Network = {
    first: { outputs: FIRST_OUTPUTS, filters: take(FIRST_OUTPUTS * 27), bias: take(FIRST_OUTPUTS) },
    second: unit(16, 16),
    stages: STAGES.map(([inputs, between, outputs]) => [unit(inputs, between), unit(between, outputs)]),
    necks: STRIDES.map(() => unit(64, 64)),
    heads: STRIDES.map(() => unit(64, HEAD_OUTPUTS)),
  }
  if (at !== file.byteLength) throw new Error(`The face model has ${file.byteLength} bytes, and not ${at}.`)
  return network
}

/**
 * @param image RGB of 8 bits. Its sides are multiples of `GRID`.
 * @param threshold candidates below it are left out.
 */
export function findCandidates(
  network: Network,
  image: Uint8Array,
  { width, height, threshold }: { width: number; height: number; threshold: number },
): Candidate[] {
  const [stage1, stage2, stage3, stage4, stage5] = network.stages.map(
    ([one, other]) =>
      (map: FeatureMap) =>
        convolve(convolve(map, one), other),
  ) as [Stage, Stage, Stage, Stage, Stage]
  const start = pool(convolve(convolveImage(image, width, height, network.first), network.second))
  const fine = stage3(pool(stage2(stage1(start))))
  const middle = stage4(pool(fine))
  const coarse = stage5(pool(middle))
  const [coarseNeck, middleNeck, fineNeck] = network.necks as [Unit, Unit, Unit]
  const third = convolve(coarse, coarseNeck)
  const second = convolve(addHalf(middle, third), middleNeck)
  const first = convolve(addHalf(fine, second), fineNeck)
  return [first, second, third].flatMap((map, level) =>
    readHead(convolve(map, network.heads[level] as Unit, true), STRIDES[level] as number, threshold),
  )
}

type Stage = (map: FeatureMap) => FeatureMap

function readHead({ width, height, data }: FeatureMap, stride: number, threshold: number): Candidate[] {
  const found: Candidate[] = []
  for (let pixel = 0; pixel < width * height; pixel++) {
    const [isFace = 0, isThing = 0, x = 0, y = 0, w = 0, h = 0] = data.subarray(
      pixel * HEAD_OUTPUTS,
      (pixel + 1) * HEAD_OUTPUTS,
    )
    const confidence = Math.sqrt(logistic(isFace) * logistic(isThing))
    if (!(confidence >= threshold)) continue
    const size = { width: Math.exp(w) * stride, height: Math.exp(h) * stride }
    found.push({
      left: (x + (pixel % width)) * stride - size.width / 2,
      top: (y + Math.floor(pixel / width)) * stride - size.height / 2,
      ...size,
      confidence,
    })
  }
  return found
}

function logistic(value: number): number {
  return 1 / (1 + Math.exp(-value))
}
