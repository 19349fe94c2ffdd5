import { availableParallelism } from 'node:os'
import type { Sharp } from 'sharp'
import { DeadlinePassed } from '../shared/deadline.js'
import { FORMATS } from '../shared/grammar/image.js'
import { cropFits, layOut, needsFaces, type Layout } from '../shared/pictures/geometry.js'
import type { PictureLimits } from '../shared/pictures/mount.js'
import type { Operations, PictureFormat } from '../shared/pictures/operations.js'
import { turnOf, UPRIGHT } from '../shared/pictures/turn.js'
import { atMost } from './at-most.js'
import { backgroundOf, hasBars, ontoBackground } from './background.js'
import { draw, planDrawing } from './drawing.js'
import { applyEffects, greyWithAlpha, hasEffects } from './effects.js'
import { encode, LONGEST_SIDE } from './encode.js'
import { loadEngine, openPixels, toPixels, type Open, type Pixels } from './engine.js'
import { describePicture } from './facts.js'
import { broken } from './inspect.js'
import { ANIMATED, AVIF_PIXELS, outputFormat } from './output-format.js'
import { placeSmartly } from './smart.js'
import { blurSource, openSource, split, stack, type Source } from './source.js'
import { Refusal, type Face, type Picture, type Rendition } from './types.js'

export interface RenditionOptions {
  readonly limits: PictureLimits
  /** In fractions of the upright original, the largest first. Asked for only when they matter. */
  readonly faces: () => Promise<readonly Face[]>
  /** Moderation shows the picture only blurred. */
  readonly blurred: boolean
  /** For each step. The whole is bounded by the function's deadline. */
  readonly seconds?: number
}

/** Renditions in work at once: libvips' memory is bounded by this, and more would not be faster. */
const oneOfFew = atMost(Math.max(2, availableParallelism()))

/**
 * Makes what a URL asks for: a picture, or the facts about it.
 * @throws {Refusal} 400 for what the original can't give, 415 for one that can't be decoded.
 * @throws {DeadlinePassed}
 */
export async function makeRendition(
  picture: Picture,
  operations: Operations,
  options: RenditionOptions,
): Promise<Rendition> {
  checkCrop(picture, operations)
  const json = operations.format.kind === 'json'
  const faces = json || needsFaces(operations) ? await options.faces() : []
  checkFace(operations, faces)
  const layout = layOut(picture, operations, { faces, vector: picture.type === 'svg' })
  const job = { picture, operations, layout, format: formatOf(picture, operations, layout) }
  checkSize(job, options.limits)
  return await oneOfFew(async () => {
    const open = await loadEngine(options.seconds ?? 25)
    try {
      const original = await openSource(picture, open)
      const source = options.blurred ? await blurSource(original, open) : original
      if (json) return await describePicture({ ...job, faces, source, open })
      return await make({ ...job, source, open })
    } catch (error) {
      throw await explain(error, picture, open)
    }
  })
}

interface Job {
  readonly picture: Picture
  readonly operations: Operations
  readonly layout: Layout
  readonly format: PictureFormat
}

interface Work extends Job {
  readonly source: Source
  readonly open: Open
}

function checkCrop(picture: Picture, operations: Operations): void {
  const { crop } = operations
  if (crop === undefined || cropFits(picture, operations)) return
  throw new Refusal(
    400,
    'BAD_CROP',
    `crop=${crop.width}x${crop.height}+${crop.left}+${crop.top} reaches outside the original, which is ${picture.width}x${picture.height} pixels.`,
  )
}

function checkFace({ place }: Operations, faces: readonly Face[]): void {
  if (place.kind !== 'face' || place.index <= faces.length) return
  const found =
    faces.length === 0 ? 'no face was' : faces.length === 1 ? 'one face was' : `${faces.length} faces were`
  throw new Refusal(400, 'NO_FACE', `There is no face ${place.index}: ${found} found in the original.`)
}

function checkSize({ picture, operations, layout, format }: Job, limits: PictureLimits): void {
  const { width, height } = layout.output
  const size = `${width}x${height}`
  const longest = Math.min(limits.side, LONGEST_SIDE[format] ?? limits.side)
  if (Math.max(width, height) > longest)
    throw new Refusal(
      400,
      'SIZE_LIMIT',
      `The result would have ${size} pixels, and the limit is ${longest} a side.`,
    )
  if (format === 'avif' && width * height > AVIF_PIXELS)
    throw new Refusal(
      400,
      'SIZE_LIMIT',
      `The result would have ${size} pixels, and the limit for avif is ${AVIF_PIXELS / 1e6} megapixels. webp has no such limit.`,
    )
  const frames = animates(picture, operations, format) ? picture.frames : 1
  if (frames > 1 && width * height * frames > limits.pixels)
    throw new Refusal(
      400,
      'SIZE_LIMIT',
      `The result would have ${frames} frames of ${size} pixels, and the limit is ${limits.pixels} in total.`,
    )
}

function animates({ frames }: Picture, { still }: Operations, format: PictureFormat): boolean {
  return frames > 1 && !still && ANIMATED.has(format)
}

function formatOf(picture: Picture, operations: Operations, layout: Layout): PictureFormat {
  const opaque = operations.background?.a === 255
  return outputFormat(operations.format, {
    type: picture.type,
    alpha: !opaque && (picture.alpha || hasBars(layout)),
    animated: picture.frames > 1 && !operations.still,
    output: layout.output,
  })
}

async function make(work: Work): Promise<Rendition> {
  const { picture, operations, format, source } = work
  const placed = work.layout.smart ? await placeSmartly(work) : work.layout
  const animated = animates(picture, operations, format)
  const image = animated
    ? await drawFrames({ ...work, layout: placed })
    : await finish({ ...work, layout: placed }, draw(source.open(0), planOf({ ...work, layout: placed })))
  const frames = animated ? { delay: source.delay, loop: source.loop } : undefined
  const upright =
    format === 'avif' && source.toUpright !== UPRIGHT ? await withoutOrientation(work, image) : image
  const body = await encode(upright, format, operations.quality, frames).toBuffer()
  return { body, contentType: FORMATS[format].contentType }
}

/**
 * sharp drops an orientation only where it turns by it. For AVIF, libvips would write what is left as a box that turns
 * the picture once more.
 */
async function withoutOrientation({ open }: Pick<Work, 'open'>, image: Sharp): Promise<Sharp> {
  return openPixels(open, await toPixels(image))
}

function planOf({ picture, operations, layout, source }: Work) {
  return planDrawing(source, picture, layout.cut, layout.drawn, turnOf(operations))
}

/** Everything after the picture was drawn, for one frame. */
async function finish(work: Work, image: Sharp): Promise<Sharp> {
  const { operations, layout, format, open, picture } = work
  const background = backgroundOf(operations, format)
  const behind = hasBars(layout) || (picture.alpha && background.a > 0)
  const effective = await withEffects(work, image, behind)
  if (!behind) return effective
  // Within one pipeline, sharp lays a background before it applies the effects: bars would turn grey, and bleed.
  const drawn = hasEffects(operations) ? openPixels(open, await toPixels(effective)) : effective
  return ontoBackground(drawn, background, layout)
}

/** @param behind whether something is laid behind the picture afterwards. */
async function withEffects(
  { picture, operations, format, open }: Work,
  image: Sharp,
  behind: boolean,
): Promise<Sharp> {
  const readAgain = behind || format === 'avif' || animates(picture, operations, format)
  if (!operations.mono || !picture.alpha || !readAgain) return applyEffects(image, operations)
  const grey = greyWithAlpha(openPixels(open, await toPixels(image)))
  return applyEffects(grey, { ...operations, mono: false })
}

/**
 * Draws all frames in one pass, as a column. What libvips does to a column and not to its frames (it would turn the
 * order of the frames around, and blur one into the next) is done to each frame alone. Only shrinking looks beyond a
 * frame's edge, by the width of its kernel, which adds a trace of the neighbour to the outermost row: decoding each
 * frame alone would take time with the square of their number.
 */
async function drawFrames(work: Work): Promise<Sharp> {
  const { operations, layout, format, open, source } = work
  const plan = planOf(work)
  const column = draw(source.open('all'), { ...plan, turn: UPRIGHT })
  const turned = plan.turn.flop || plan.turn.rotate !== 0
  if (!turned && !hasEffects(operations))
    return ontoBackground(column, backgroundOf(operations, format), layout)
  const frames: Pixels[] = []
  for (const frame of split(await toPixels(column))) {
    const image = openPixels(open, frame)
    if (plan.turn.flop) image.flop()
    if (plan.turn.rotate !== 0) image.rotate(plan.turn.rotate)
    frames.push(await toPixels(await finish(work, image)))
  }
  return openPixels(open, stack(frames))
}

/** Only a failure to decode is the original's fault. Anything else that fails is the service's, and stays an error. */
async function explain(error: unknown, picture: Picture, open: Open): Promise<unknown> {
  if (error instanceof Refusal) return error
  if (error instanceof Error && error.message.startsWith('timeout:'))
    return new DeadlinePassed(`libvips was stopped (${error.message}).`)
  return (await decodes(picture, open)) ? error : broken(picture.type)
}

async function decodes(picture: Picture, open: Open): Promise<boolean> {
  try {
    const source = await openSource(picture, open)
    await toPixels(source.open(source.frames > 1 ? 'all' : 0).resize(8, 8, { fit: 'fill' }))
    return true
  } catch {
    return false
  }
}
