/** What goes between the tool and the process that runs the package. */

export type Call = { kind: 'invoke'; event: unknown } | { kind: 'explain' | 'render'; path: string }

export interface ToChild {
  id: number
  call: Call
  timeoutMs: number
}

export type FromChild =
  | { kind: 'loaded'; generation: string; ms: number }
  | { kind: 'load-failed'; message: string }
  | { kind: 'returned'; id: number; value: unknown }
  | { kind: 'threw'; id: number; name: string; message: string; code: string | undefined }
