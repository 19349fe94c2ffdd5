/** What a run says, wherever it goes. The only way that anything but `cli.ts` speaks to the user. */
export interface Reporter {
  /**
   * Something that takes a while.
   * @param data what it is about, for programs, under `--json`.
   * @param waiting for something to happen elsewhere: a terminal shows for how long already.
   */
  step(title: string, data?: object, waiting?: Waiting): Step
  /** Something that went wrong without stopping the run. */
  warn(message: string): void
  /**
   * What the command was run for.
   * @param text for people, one line or several.
   * @param data the same for programs, under `--json`.
   */
  result(text: string, data: object): void
  /** What a program that reads the output wants, and nothing else. @throws GenatoError under `--json`. */
  bytes(data: Uint8Array): void
  /** Whether `bytes` would go to a terminal, which can't show them. */
  bytesAreShown: boolean
  /**
   * One thing of many that happen while a command runs, such as a request that was served.
   * @param tone how it ended, shown as a colour where there are colours.
   */
  event(type: string, text: string, data: object, tone?: Tone): void
  /** @param debug with the stack. */
  error(error: unknown, debug: boolean): void
  /** Takes back what is only shown while something runs. */
  close(): void
}

interface Waiting {
  /** How long it takes as a rule, such as `3 to 10 min`. */
  usual?: string | undefined
}

export type Tone = 'good' | 'bad' | 'dim' | 'plain'

/** A step that was begun: it ends in `done` or `failed`, once. */
interface Step {
  update(detail: string): void
  done(detail?: string): void
  failed(): void
}
