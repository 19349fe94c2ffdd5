/** What the server sends to the page, as JSON. Both read this, so it imports nothing of Node or the browser. */
import type { Explanation } from '../../../handler/shared/explanation.js'
import type { RequestLine } from '../../../handler/shared/log.js'

/** The generator that is served. */
export interface About {
  /** `built in`, or the module's path relative to the project. */
  generator: string
  builtin: boolean
  examples: readonly string[]
  /** What the built-in generator writes if a URL has no `text=`. */
  text: string
  mounts: readonly MountAbout[]
}

/** A mount: the first segment of the URLs of stored pictures. */
export interface MountAbout {
  name: string
  /** Whether its URLs need a signature. */
  signed: boolean
  /** Operations as they are written in keys, if only these are allowed. */
  allowed?: readonly string[] | undefined
  /** The longest side of a rendition, in pixels. */
  side: number
}

/** An answered request, with the function's log line about it, if the function ran and the line has arrived. */
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
  /** How long it waited for a process while all were busy. */
  waitedMs?: number | undefined
  /** Seconds in the cache, if it came from there. */
  age?: number | undefined
  reason?: string | undefined
  function?: FunctionReport | undefined
}

/** What the page shows of the function's log line. */
export type FunctionReport = Omit<RequestLine, 'requestId' | 'path' | 'region'>

export interface State {
  /** Differs after the server was restarted. */
  server: string
  /** How often the package was rebuilt since. What was shown of an earlier build is out of date. */
  build: number
  about: About
  /** Why the package can't be built at the moment. */
  failed: string | undefined
  /** Newest first. */
  requests: RequestEntry[]
  /** Whether `?stored=` shows stored images. */
  stored: boolean
}

export interface Rebuilt {
  file: string
  ms: number
  /** How many stored images of the previous code were dropped. */
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
  /** The path it was requested with, if known. */
  path?: string | undefined
}

export interface Gallery {
  /** How many there are in total. */
  total: number
  /** Newest first. */
  images: GalleryImage[]
}

export interface Original {
  /** Without the mount's prefix. */
  key: string
  /** Bytes. */
  size: number
  /** When it was changed, in milliseconds since the epoch. */
  at: number
}

/** A folder of a mount's originals, or what a search found. */
export interface OriginalsList {
  mount: string
  /** Where the originals are on this machine. */
  place: string
  /** How many files the mount has, in all folders. */
  all: number
  /** Whether it has more than were looked at. */
  more: boolean
  /** How many originals the folder has, or the search found. */
  total: number
  /** Keys that end in `/`. */
  folders: string[]
  originals: Original[]
}

/** Originals that were changed, added or removed. */
export interface OriginalsChanged {
  /** `undefined`: too many to name. */
  changed?: { mount: string; key: string }[] | undefined
}

export type Signed =
  | {
      /** With its query. */
      path: string
      /** Milliseconds since the epoch. `undefined`: never. */
      expires?: number | undefined
    }
  | { code: string; message: string }

/** What a path means: the function's explanation, or why there is none. */
export type Explained =
  | Explanation
  /** The generator threw, or couldn't be asked. */
  | { kind: 'failed'; message: string }
