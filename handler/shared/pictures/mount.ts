/** How moderation treats the pictures of a mount. */
export interface Moderation {
  /** Percent. Labels below it don't count. */
  readonly minConfidence: number
  /** Rekognition's labels that count, by their name or a parent's. Empty: all of them. */
  readonly labels: readonly string[]
  readonly action: 'blur' | 'refuse'
}

/** What an original may be. */
export interface PictureLimits {
  /** The original's size. */
  readonly bytes: number
  /** Of all frames together. */
  readonly pixels: number
  readonly frames: number
  /** The longest side of a rendition, in pixels. */
  readonly side: number
}

/** A mount: the first segment of a path, and the originals that it stands for. */
export interface Mount {
  readonly name: string
  /** `undefined`: the stack's own bucket of originals. */
  readonly bucket: string | undefined
  /** Before every original's key. Empty, or ends in `/`. */
  readonly prefix: string
  /** `any`, `signed`, or a list of operations as they are written in keys: `400x300_webp`. */
  readonly allow: 'any' | 'signed' | readonly string[]
  /** Whether a path without a size gives the original as it is stored. */
  readonly asIs: boolean
  /** Whether the function looks at the original for each miss, or stored renditions come first. */
  readonly fresh: 'check' | 'purge'
  readonly faces: 'built-in' | 'rekognition'
  readonly moderate: Moderation | false
  readonly limits: PictureLimits
  /** A digest of everything above that shapes or permits pixels, and of the recipe. 12 hex digits. */
  readonly generation: string
}

export const DEFAULT_LIMITS: PictureLimits = {
  bytes: 26_214_400,
  pixels: 50_000_000,
  frames: 200,
  side: 4096,
}

/** The last segment of the path that the gate gives an original as it is stored. No operations look like it. */
export const AS_IS = 'as-is'

/** The environment variables that name the function's buckets. */
export const ORIGINALS_VARIABLE = 'GENATO_ORIGINALS'
export const RENDITIONS_VARIABLE = 'GENATO_RENDITIONS'
