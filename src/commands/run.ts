import type { Overrides } from '../config/load.js'
import type { Reporter } from '../reporter/reporter.js'

/** What every command gets in addition to its own arguments. */
export interface Run {
  overrides: Overrides
  reporter: Reporter
  /** Aborted by Ctrl-C. */
  signal: AbortSignal
  /**
   * Asks before something is deleted or adopted.
   * @throws GenatoError NOT_CONFIRMED, also without a terminal to ask at, unless --yes is given.
   */
  confirm(question: string): Promise<void>
}
