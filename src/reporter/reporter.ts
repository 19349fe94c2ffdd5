/**
 * Everything a run prints, wherever it goes: only reporters and `cli.ts` write to the user. Texts come as they are,
 * and reporters escape what a terminal would act on.
 */
export interface Reporter {
  /**
   * Starts something that takes a while.
   * @param data its subject, for programs, under `--json`.
   * @param waiting given if it waits for something elsewhere: a terminal then shows for how long.
   */
  step(title: string, data?: object, waiting?: Waiting): Step
  /** Something that went wrong without stopping the run. */
  warn(message: string): void
  /**
   * The command's result.
   * @param text for people, one line or several.
   * @param data the same for programs, under `--json`.
   */
  result(text: string, data: object): void
  /** A result that is bytes, such as an image. @throws GenatoError under `--json`. */
  bytes(data: Uint8Array): void
  /** Whether `bytes` would write to a terminal, which can't show them. */
  bytesAreShown: boolean
  /**
   * One of many things that happen while a command runs, such as a request that was served.
   * @param tone how it ended, shown as a colour if there are colours.
   */
  event(type: string, text: string, data: object, tone?: Tone): void
  /** @param debug with the stack. */
  error(error: unknown, debug: boolean): void
  /** Removes the spinner. */
  close(): void
}

interface Waiting {
  /** How long it usually takes, such as `3 to 10 min`. */
  usual?: string | undefined
}

export type Tone = 'good' | 'bad' | 'dim' | 'plain'

/** A running step. It ends once, with `done` or `failed`. */
interface Step {
  update(detail: string): void
  done(detail?: string): void
  failed(): void
}
