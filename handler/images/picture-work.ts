import { openFaceDetector } from './faces/detector.js'
import { inspect, notAPicture } from './inspect.js'
import { verdict, type Label } from './moderation.js'
import { moderationLabels, rekognitionFaces } from './rekognition.js'
import type { RekognitionEnvironment } from './rekognition-call.js'
import { sniff } from './sniff.js'
import type { Mount, Moderation, PictureLimits } from '../shared/pictures/mount.js'
import type { Operations } from '../shared/pictures/operations.js'
import { makeRendition, type RenditionOptions } from './rendition.js'
import { type Face, type InputType, type Picture, type Rendition } from './types.js'

/** Everything that is done to a picture's bytes, apart from where they come from and go to. */
export interface PictureWork {
  /** @throws {Refusal} 415 */
  sniff(bytes: Buffer): InputType
  /** Reads the header. @throws {Refusal} 415 */
  inspect(bytes: Buffer, limits: PictureLimits): Promise<Picture>
  /** @throws {Refusal} 400 or 415. @throws {DeadlinePassed} */
  make(picture: Picture, operations: Operations, options: RenditionOptions): Promise<Rendition>
  /** @returns the faces, largest first. */
  faces(picture: Picture, mount: Pick<Mount, 'faces'>): Promise<readonly Face[]>
  /** @throws if Rekognition gives no answer. */
  labels(picture: Picture, moderation: Moderation): Promise<readonly Label[]>
  verdict(labels: readonly Label[], moderation: Moderation): 'clear' | 'blur' | 'refuse'
}

/**
 * @param model the path of the built-in detector's weights, which are read when they are first needed.
 * @param env the function's, for Rekognition.
 */
export function pictureWork(model: string, env: RekognitionEnvironment): PictureWork {
  const detectFaces = openFaceDetector(model)
  return {
    sniff(bytes) {
      const type = sniff(bytes)
      if (type) return type
      throw notAPicture(bytes)
    },
    inspect,
    make: makeRendition,
    async faces(picture, { faces }) {
      return faces === 'built-in' ? detectFaces(picture) : rekognitionFaces(picture, env)
    },
    labels: async (picture, { minConfidence }) => moderationLabels(picture, env, minConfidence),
    verdict,
  }
}
