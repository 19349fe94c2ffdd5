import type { Overrides } from '../config/load.js'
import type { Reporter } from '../reporter/reporter.js'

/** What a command is run with, beside its own arguments. */
export interface Run {
  overrides: Overrides
  reporter: Reporter
  /** Aborted by Ctrl-C. */
  signal: AbortSignal
  /**
   * Asks before something is destroyed or taken over.
   * @throws GenatoError NOT_CONFIRMED, also where nobody can be asked and --yes was not given.
   */
  confirm(question: string): Promise<void>
}
