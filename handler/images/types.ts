/** A face, in fractions of the upright original's width and height. */
export interface Face {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  /** 0 to 1. */
  readonly confidence: number
}

export const INPUT_TYPES = ['jpeg', 'png', 'webp', 'gif', 'avif', 'svg', 'tiff', 'bmp'] as const
export type InputType = (typeof INPUT_TYPES)[number]

/** An original whose header was read, and found within the mount's limits. Its pixels are not decoded yet. */
export interface Picture {
  readonly bytes: Buffer
  /** From the bytes, never from a name or a stored content type. */
  readonly type: InputType
  /** Pixels of one frame, after EXIF orientation. */
  readonly width: number
  readonly height: number
  readonly frames: number
  readonly alpha: boolean
}

/** The answer to a request that the service understood and refuses. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  /**
   * @param code in capitals, such as `BAD_CROP`.
   * @param message a sentence with the wrong value and what would be right.
   */
  constructor(
    readonly status: 400 | 403 | 404 | 415,
    readonly code: string,
    message: string,
  ) {
    super(message)
  }
}

/** A picture that was made. */
export interface Rendition {
  readonly body: Buffer
  readonly contentType: string
}
