import type { Thrown } from './messages.js'

/** Why the function returned no result. */
export type FailureKind =
  | 'load'
  | 'crash'
  | 'timeout'
  | 'memory'
  | 'threw'
  /** The response was larger than Lambda sends. */
  | 'too-large'
  | 'throttled'
  | 'stopped'

/** The function returned no result. */
export class FunctionFailed extends Error {
  override readonly name = 'FunctionFailed'
  /** How long loading took, if a process was started for this event. */
  coldStartMs?: number
  /** Of the error that the package threw, if it had one. */
  readonly code: string | undefined

  constructor(
    readonly kind: FailureKind,
    message: string,
    /** What the package threw, if it threw. */
    readonly thrown?: Thrown,
  ) {
    super(message)
    this.code = thrown?.code
  }
}

/** The failure of a function that threw: the error, and its place in the user's code. */
export function functionThrew(thrown: Thrown): FunctionFailed {
  const { name, message, place } = thrown
  return new FunctionFailed('threw', `${name}: ${message}${place === undefined ? '' : `\n${place}`}`, thrown)
}
