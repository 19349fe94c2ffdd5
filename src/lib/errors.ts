/** Exit codes of the command line. */
export const EXIT = {
  done: 0,
  failed: 1,
  /** Wrong usage or configuration. */
  usage: 2,
  /** Not finished yet: running the same command later continues. */
  unfinished: 3,
  /** `status`: not deployed, or differs from the configuration. */
  differs: 4,
  interrupted: 130,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

interface Details {
  /** What to do next, in a sentence. */
  hint?: string | undefined
  cause?: unknown
  exitCode?: ExitCode
}

/** An error for the user: what happened, the wrong value, and what to do next. */
export class GenatoError extends Error {
  override readonly name = 'GenatoError'
  readonly hint: string | undefined
  readonly exitCode: ExitCode

  /** @param code the kind of error, for programs, such as `PORT_IN_USE`. */
  constructor(
    readonly code: string,
    message: string,
    { hint, cause, exitCode = EXIT.failed }: Details = {},
  ) {
    super(message, cause === undefined ? undefined : { cause })
    this.hint = hint
    this.exitCode = exitCode
  }
}

/** A wrong argument, option or setting: exit code 2. */
export function usageError(code: string, message: string, hint?: string): GenatoError {
  return new GenatoError(code, message, { hint, exitCode: EXIT.usage })
}

/** The `code` of a system error such as `ENOENT`, or `undefined`. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Whether nothing failed, but the same command has to run again later. */
export function isUnfinished(error: unknown): boolean {
  return error instanceof GenatoError && error.exitCode === EXIT.unfinished
}
