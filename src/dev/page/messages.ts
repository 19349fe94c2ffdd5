/** What the server tells the page, as JSON. Read by both, so nothing of Node's or of the browser's is in here. */
import type { Explanation } from '../../../handler/shared/explanation.js'

/** What is served, as configured. */
export interface About {
  /** `built in`, or the module's path relative to the project. */
  generator: string
  builtin: boolean
  examples: readonly string[]
  /** What the built-in generator writes where a URL has no `text=`. */
  text: string
}

/** A request that was answered, with what the function said about it, if it ran and has said it yet. */
export interface RequestEntry {
  id: string
  method: string
  /** As asked for, percent-encoded. */
  path: string
  status: number
  cacheResult: string
  contentType?: string | undefined
  bytes: number
  /** From the request to the answer's end, at the edge. */
  ms: number
  coldStartMs?: number | undefined
  /** How long it waited for a process, all being busy. */
  waitedMs?: number | undefined
  reason?: string | undefined
  function?: FunctionReport | undefined
}

/** From the function's own log line. */
export interface FunctionReport {
  /** `hit`: it was stored already; `made`; `rejected`; … */
  outcome: string
  ms: { total: number; lookup?: number; render?: number; store?: number }
  /** Of the stored image. */
  key?: string | undefined
  /** Of the image that was made. */
  bytes?: number | undefined
  /** What went wrong, with its place in the source: for this machine's user, not for the viewer. */
  error?: string | undefined
}

export interface State {
  /** Another one: the server was started anew. */
  server: string
  /** How often the package was built anew since: what was shown of the one before is out of date. */
  build: number
  about: About
  /** Why the package could not be built, as long as that is so. */
  failed: string | undefined
  /** Newest first. */
  requests: RequestEntry[]
  /** Whether stored images can be looked at with `?stored=`. */
  stored: boolean
}

export interface Rebuilt {
  file: string
  ms: number
  /** Stored images that the code before had made. */
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
  /** What it was asked for with, if that is known. */
  path?: string | undefined
}

export interface Gallery {
  /** How many there are in all. */
  total: number
  /** Newest first. */
  images: GalleryImage[]
}

/** What a path means: the function's own explanation, or why there is none. */
export type Explained =
  | Explanation
  /** The generator threw, or could not be asked. */
  | { kind: 'failed'; message: string }
