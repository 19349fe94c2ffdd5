/**
 * The server's messages to the page, as JSON. Both sides import them, so no API of Node or the browser is
 * used.
 */
import type { Explanation } from '../../../handler/shared/explanation.js'

/** The generator that is served. */
export interface About {
  /** `built in`, or the module's path relative to the project. */
  generator: string
  builtin: boolean
  examples: readonly string[]
  /** The built-in generator's text for URLs without `text=`. */
  text: string
}

/** A request that was served, with the function's log line about it, once there is one. */
export interface RequestEntry {
  id: string
  method: string
  /** As requested, percent-encoded. */
  path: string
  status: number
  cacheResult: string
  contentType?: string | undefined
  bytes: number
  /** From the request to the end of the response, at the edge. */
  ms: number
  coldStartMs?: number | undefined
  /** How long it waited for a free process. */
  waitedMs?: number | undefined
  reason?: string | undefined
  function?: FunctionReport | undefined
}

/** From the function's log line. */
export interface FunctionReport {
  /** `hit` (stored already), `made`, `rejected`, … */
  outcome: string
  ms: { total: number; lookup?: number; render?: number; store?: number }
  /** The stored image's. */
  key?: string | undefined
  /** The generated image's size. */
  bytes?: number | undefined
  /** What went wrong, with its place in the source. For this machine's user, not for the viewer. */
  error?: string | undefined
}

export interface State {
  /** Changes when the server restarts. */
  server: string
  /** Counts rebuilds of the package. Anything shown of an earlier build is outdated. */
  build: number
  about: About
  /** Why the last build failed; `undefined` if it succeeded. */
  failed: string | undefined
  /** Newest first. */
  requests: RequestEntry[]
  /** Whether `?stored=` serves stored images. */
  stored: boolean
}

export interface Rebuilt {
  file: string
  ms: number
  /** How many stored images of the previous code were deleted. */
  dropped: number
  build: number
  about: About
}

export interface GalleryImage {
  key: string
  /** Bytes, if known. */
  size: number | undefined
  /** Milliseconds since the epoch. */
  at: number
  /** The path that it was requested by, if known. */
  path?: string | undefined
}

export interface Gallery {
  /** The number of all images. */
  total: number
  /** Newest first. */
  images: GalleryImage[]
}

/** What a path means: the function's explanation, or why there is none. */
export type Explained =
  | Explanation
  /** The generator threw, or the function failed. */
  | { kind: 'failed'; message: string }
