/** What goes between the tool and the process that runs the package. */

export type Call = { kind: 'invoke'; event: unknown } | { kind: 'explain' | 'render'; path: string }

export interface ToChild {
  id: number
  call: Call
  timeoutMs: number
}

/** What a package tells of itself once it is loaded. */
export interface Loaded {
  generation: string
  /** Changes with what CloudFront may keep of its answers. */
  cached: string
  /** Paths that its generator shows off with. */
  examples: readonly string[]
  /** How long loading took. */
  ms: number
}

export type FromChild =
  | ({ kind: 'loaded' } & Loaded)
  | { kind: 'load-failed'; message: string }
  | { kind: 'returned'; id: number; value: unknown }
  | { kind: 'threw'; id: number; name: string; message: string; code: string | undefined }
