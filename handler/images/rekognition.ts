import { largestFirst, withinPicture } from './faces/order.js'
import type { Label } from './moderation.js'
import { callRekognition, type RekognitionEnvironment } from './rekognition-call.js'
import { frameForRekognition, type SentFrame } from './rekognition-frame.js'
import type { Face, Picture } from './types.js'

/** Percent. As for the built-in detector, a doubtful face moves no crop. */
const LEAST_CONFIDENCE = 80

/**
 * The faces of the first frame, largest first.
 * @throws {Refusal} 415 if the picture can't be read. Any other error: Rekognition gave no answer.
 */
export async function rekognitionFaces(picture: Picture, env: RekognitionEnvironment): Promise<Face[]> {
  const frame = await frameForRekognition(picture, 0)
  const answer = await callRekognition(env, 'DetectFaces', frame.jpeg)
  return listOf(answer, 'FaceDetails')
    .map((detail) => readFace(detail, frame))
    .filter(({ confidence, width, height }) => confidence * 100 >= LEAST_CONFIDENCE && width * height > 0)
    .sort(largestFirst)
}

/**
 * The labels of the first, the middle and the last frame together, each with its highest confidence. A picture with
 * transparency is looked at on white and on black: a white figure can't be seen on the one, and a URL can ask for the
 * other.
 * @param minConfidence percent.
 * @throws {Refusal} 415 if the picture can't be read. Any other error: Rekognition gave no answer.
 */
export async function moderationLabels(
  picture: Picture,
  env: RekognitionEnvironment,
  minConfidence: number,
): Promise<Label[]> {
  const last = picture.frames - 1
  const frames = [...new Set([0, Math.floor(last / 2), last])]
  const lists = await Promise.all(
    (await distinctFrames(picture, frames)).map(async (jpeg) => {
      const answer = await callRekognition(env, 'DetectModerationLabels', jpeg, {
        MinConfidence: minConfidence,
      })
      return listOf(answer, 'ModerationLabels').map(readLabel)
    }),
  )
  const surest = new Map<string, Label>()
  for (const label of lists.flat())
    if (label.confidence > (surest.get(label.name)?.confidence ?? -1)) surest.set(label.name, label)
  return [...surest.values()].sort((one, other) => other.confidence - one.confidence)
}

/** Most pictures with an alpha channel are opaque, and look the same on both grounds. */
async function distinctFrames(picture: Picture, frames: readonly number[]): Promise<Buffer[]> {
  const grounds = picture.alpha ? ['#ffffff', '#000000'] : ['#ffffff']
  const sent = await Promise.all(
    frames.flatMap((frame) => grounds.map(async (ground) => frameForRekognition(picture, frame, ground))),
  )
  const jpegs = sent.map(({ jpeg }) => jpeg)
  return jpegs.filter((jpeg, at) => jpegs.findIndex((other) => other.equals(jpeg)) === at)
}

function readFace(detail: unknown, { share }: SentFrame): Face {
  const box = record(record(detail)['BoundingBox'])
  return withinPicture({
    left: number(box['Left']) / share.width,
    top: number(box['Top']) / share.height,
    width: number(box['Width']) / share.width,
    height: number(box['Height']) / share.height,
    confidence: number(record(detail)['Confidence']) / 100,
  })
}

function readLabel(value: unknown): Label {
  const { Name: name, ParentName: parent, Confidence: confidence } = record(value)
  if (typeof name !== 'string' || name === '') throw notUnderstood('a label without a name')
  return { name, parent: typeof parent === 'string' ? parent : '', confidence: number(confidence) }
}

/** An answer that isn't understood must not pass as one without labels. */
function listOf(answer: unknown, name: string): readonly unknown[] {
  const list: unknown = record(answer)[name]
  if (!Array.isArray(list)) throw notUnderstood(`no ${name}`)
  return list
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw notUnderstood(`${typeof value} for an object`)
  return value as Readonly<Record<string, unknown>>
}

function number(value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw notUnderstood(`${typeof value} for a number`)
  return value
}

function notUnderstood(what: string): Error {
  return new Error(`Rekognition's answer has ${what}.`)
}
