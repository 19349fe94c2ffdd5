/** What goes between the tool and the process that runs the package. */

export type Call = { kind: 'invoke'; event: unknown } | { kind: 'explain' | 'render'; path: string }

export interface ToChild {
  id: number
  call: Call
  timeoutMs: number
}

/** What a package tells of itself once it is loaded. */
interface Told {
  generation: string
  /** Changes with what CloudFront may keep of its answers. */
  cached: string
  /** Paths that its generator shows off with. */
  examples: readonly string[]
  /** How long loading took. */
  ms: number
}

export interface Loaded extends Told {
  /** What an event would have waited for: from the start of the process until the package was loaded, in ms. */
  coldStartMs: number
}

export type FromChild =
  | ({ kind: 'loaded' } & Told)
  | { kind: 'load-failed'; message: string }
  /** The call has reached the package: whatever happens from here on, it may have had effects. */
  | { kind: 'began'; id: number }
  /** @property value of an event: the JSON text that Lambda's runtime would send, or nothing. */
  | { kind: 'returned'; id: number; value: unknown }
  | { kind: 'threw'; id: number; name: string; message: string; code: string | undefined }
