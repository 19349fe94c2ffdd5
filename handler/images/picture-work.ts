import type { Mount, Moderation, PictureLimits } from '../shared/pictures/mount.js'
import type { Operations } from '../shared/pictures/operations.js'
import type { Face, InputType, Picture, Rendition } from './types.js'

/** Rekognition's label of a picture that should be moderated. */
export interface Label {
  readonly name: string
  /** The name of the label above it; empty for a top one. */
  readonly parent: string
  /** Percent. */
  readonly confidence: number
}

/** Everything that is done to a picture's bytes, apart from where they come from and go to. */
export interface PictureWork {
  /** @throws {Refusal} 415 */
  sniff(bytes: Buffer): InputType
  /** Reads the header. @throws {Refusal} 415 */
  inspect(bytes: Buffer, limits: PictureLimits): Promise<Picture>
  /** @param faces called at most once, and only if the operations need them. @throws {Refusal} 400 or 415 */
  make(
    picture: Picture,
    operations: Operations,
    options: { limits: PictureLimits; faces: () => Promise<readonly Face[]>; blurred: boolean },
  ): Promise<Rendition>
  /** @returns the faces, largest first. */
  faces(picture: Picture, mount: Pick<Mount, 'faces'>): Promise<readonly Face[]>
  /** @throws if Rekognition gives no answer. */
  labels(picture: Picture, moderation: Moderation): Promise<readonly Label[]>
  verdict(labels: readonly Label[], moderation: Moderation): 'clear' | 'blur' | 'refuse'
}
