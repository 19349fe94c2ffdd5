import type { Findings } from './answers.js'
import { RekognitionError } from './error.js'
import { loadSharp } from './load-sharp.js'

export const OPERATIONS = ['DetectFaces', 'DetectModerationLabels'] as const
export type Operation = (typeof OPERATIONS)[number]

// Source: "Guidelines and quotas in Amazon Rekognition", developer guide; DetectModerationLabels, API reference.
const MOST_BYTES = 5 * 1024 * 1024
const SHORTEST_SIDE = 80
const LONGEST_SIDE = 10_000
const MOST_FACES = 100
const DEFAULT_MIN_CONFIDENCE = 50

export interface Request {
  image: Buffer
  /** Percent. */
  minConfidence: number
}

/** Reads the parameters, and refuses what Rekognition refuses. @throws RekognitionError */
export async function readRequest(operation: Operation, body: Buffer): Promise<Request> {
  const parameters = parse(body)
  const image = readImage(parameters['Image'])
  const { width, height } = await sizeOf(image)
  // The shortest side is documented for all operations, the longest for labels.
  if (Math.min(width, height) < SHORTEST_SIDE)
    throw invalid(`The image has ${width}x${height} pixels, and at least ${SHORTEST_SIDE} a side are needed.`)
  if (operation === 'DetectModerationLabels' && Math.max(width, height) > LONGEST_SIDE)
    throw new RekognitionError('ImageTooLargeException', `The image has ${width}x${height} pixels.`)
  return { image, minConfidence: readMinConfidence(parameters['MinConfidence']) }
}

export function writeAnswer(
  operation: Operation,
  { labels, faces }: Findings,
  minConfidence: number,
): object {
  if (operation === 'DetectFaces')
    return {
      FaceDetails: faces.slice(0, MOST_FACES).map(({ left, top, width, height, confidence }) => ({
        BoundingBox: { Left: left, Top: top, Width: width, Height: height },
        Confidence: confidence,
      })),
    }
  return {
    ModerationLabels: labels
      .filter(({ confidence }) => confidence >= minConfidence)
      .map(({ name, parent, confidence }) => ({ Name: name, ParentName: parent, Confidence: confidence })),
    ModerationModelVersion: 'local',
  }
}

function parse(body: Buffer): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'))
    if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>
  } catch {
    // Answered below.
  }
  throw new RekognitionError('SerializationException', 'The body is not a JSON object.')
}

function readImage(value: unknown): Buffer {
  const { Bytes: bytes } = (value ?? {}) as { Bytes?: unknown }
  if (typeof bytes !== 'string' || bytes === '')
    throw invalid('Image.Bytes is missing. The local Rekognition reads no Image.S3Object.')
  const image = Buffer.from(bytes, 'base64')
  if (image.length > MOST_BYTES)
    throw new RekognitionError(
      'ImageTooLargeException',
      `Image.Bytes has ${image.length} bytes, and ${MOST_BYTES} are allowed.`,
    )
  return image
}

async function sizeOf(image: Buffer): Promise<{ width: number; height: number }> {
  const sharp = await loadSharp()
  try {
    const { format, width, height } = await sharp(image).metadata()
    if (format === 'jpeg' || format === 'png') return { width, height }
  } catch {
    // Answered below.
  }
  throw new RekognitionError('InvalidImageFormatException', 'The image is neither a JPEG nor a PNG.')
}

function readMinConfidence(value: unknown): number {
  if (value === undefined) return DEFAULT_MIN_CONFIDENCE
  if (typeof value === 'number' && value >= 0 && value <= 100) return value
  throw invalid(`MinConfidence must be a number from 0 to 100 (got ${JSON.stringify(value)}).`)
}

function invalid(message: string): RekognitionError {
  return new RekognitionError('InvalidParameterException', message)
}
