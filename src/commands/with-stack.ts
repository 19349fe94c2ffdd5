import { loadSettings } from '../config/load.js'
import type { Settings } from '../config/types.js'
import { withSession, type Session, type SessionOptions } from '../aws/session.js'
import { describeStack, type StackDescription } from '../stacks/description.js'
import type { Run } from './run.js'

/** Reads the configuration, opens a session with the account, and runs a command's work on the stack. */
export async function withStack<T>(
  run: Run,
  options: Pick<SessionOptions, 'dryRun'>,
  deal: (session: Session, stack: StackDescription) => Promise<T>,
): Promise<T> {
  const settings: Settings = await loadSettings(process.cwd(), { ...run.overrides, deployedBefore: true })
  return withSession({ reporter: run.reporter, signal: run.signal, ...options }, async (session) =>
    deal(session, describeStack(settings, session.account)),
  )
}
