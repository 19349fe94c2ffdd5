/** The messages between the tool and the process that runs a package. */

/** An event for the handler, or a call of one of the package's other exports. */
export type Call =
  | { kind: 'invoke'; event: unknown }
  /** An event whose response may be streamed. */
  | { kind: 'stream'; event: unknown }
  | { kind: 'call'; name: string; args: readonly unknown[] }

export interface ToChild {
  id: number
  call: Call
  timeoutMs: number
}

/** Sent once the package is loaded. */
interface LoadedMessage {
  /** The package's exports that are no functions, by name. Which ones it has is up to the package. */
  values: Readonly<Record<string, unknown>>
  /** How long loading took. */
  ms: number
}

export interface Loaded extends LoadedMessage {
  /**
   * From the start of the process until the package was loaded: what an event would have waited for, in ms.
   */
  coldStartMs: number
}

export type FromChild =
  | ({ kind: 'loaded' } & LoadedMessage)
  | { kind: 'load-failed'; message: string }
  /** The call has reached the package, and may have effects from here on. */
  | { kind: 'began'; id: number }
  /** A part of a streamed response, in order. */
  | { kind: 'chunk'; id: number; bytes: Uint8Array; contentType: string }
  /** The streamed response is complete, and the handler has settled. */
  | { kind: 'streamed'; id: number; contentType: string }
  /** @property value of an event: the JSON text that Lambda's runtime would send, or nothing. */
  | { kind: 'returned'; id: number; value: unknown }
  | ({ kind: 'threw'; id: number } & Thrown)

/** What the package threw. */
export interface Thrown {
  name: string
  message: string
  code: string | undefined
  /** The frame of the user's own code that threw it, if any: `    at generate (…)`. */
  place: string | undefined
}
