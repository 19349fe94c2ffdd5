/** Exit codes of the command line. */
export const EXIT = {
  done: 0,
  failed: 1,
  /** Wrong usage or configuration. */
  usage: 2,
  /** Not finished yet: the same command, run later, goes on. */
  unfinished: 3,
  /** `status`: not deployed, or not as the configuration says. */
  differs: 4,
  interrupted: 130,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

interface Details {
  /** What to do next, as a sentence. */
  hint?: string | undefined
  cause?: unknown
  exitCode?: ExitCode
}

/** An error for the person at the terminal: what happened, the wrong value, and what to do next. */
export class GenatoError extends Error {
  override readonly name = 'GenatoError'
  readonly hint: string | undefined
  readonly exitCode: ExitCode

  /** @param code in capitals, for programs: what kind of error this is, such as `PORT_IN_USE`. */
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

/** What an error says, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Nothing went wrong, and the same command has to be run again later. */
export function isUnfinished(error: unknown): boolean {
  return error instanceof GenatoError && error.exitCode === EXIT.unfinished
}
