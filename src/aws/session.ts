import { setMaxListeners } from 'node:events'
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { EXIT, GenatoError } from '../lib/errors.js'
import { explainAwsError } from './explain.js'
import { Several } from './together.js'
import type { Reporter } from '../reporter/reporter.js'
import { openLedger, type Ledger } from './change.js'
import { createClients, type ClientOptions, type Clients } from './clients.js'
import { SYSTEM_CLOCK, type Clock } from './clock.js'

/** A command's connection to an account, passed to everything that calls AWS. */
export interface Session {
  clients: Clients
  /** Of the credentials: 12 digits. */
  account: string
  /** The ARN of the user or role that the credentials belong to. */
  caller: string
  reporter: Reporter
  signal: AbortSignal
  clock: Clock
  /** Records writes, and is the only way to write. */
  ledger: Ledger
  /** Names of the buckets that this run created: S3 may not know them everywhere yet. */
  freshBuckets: Set<string>
}

export interface SessionOptions {
  reporter: Reporter
  signal: AbortSignal
  /** Nothing is written. */
  dryRun?: boolean
  clock?: Clock
  client?: ClientOptions
}

/**
 * Opens a session, runs with it, and closes it. Errors of AWS are explained: they become a GenatoError, alone or
 * as one of Several.
 * @throws GenatoError OTHER_PARTITION, INTERRUPTED, NO_CREDENTIALS and the like; what `run` throws.
 */
export async function withSession<T>(
  options: SessionOptions,
  run: (session: Session) => Promise<T>,
): Promise<T> {
  let session: Session | undefined
  try {
    session = await openSession(options)
    return await run(session)
  } catch (error) {
    if (options.signal.aborted) throw interrupted(session)
    throw error instanceof Several ? new Several(error.errors.map(explainAwsError)) : explainAwsError(error)
  } finally {
    session?.clients.close()
  }
}

function interrupted(session: Session | undefined): GenatoError {
  const done = session?.ledger.changes.length ?? 0
  const made =
    done === 0 ? 'Nothing was changed.' : `${done} change${done === 1 ? ' was' : 's were'} made before.`
  return new GenatoError('INTERRUPTED', `Interrupted. ${made}`, {
    hint: 'Run the same command again to continue from there.',
    exitCode: EXIT.interrupted,
  })
}

async function openSession({
  reporter,
  signal,
  dryRun = false,
  clock = SYSTEM_CLOCK,
  client = {},
}: SessionOptions): Promise<Session> {
  // Each call listens to the signal while it runs, and some are sent to all regions at once: no leak.
  setMaxListeners(0, signal)
  const clients = createClients(client)
  try {
    const { Account: account = '', Arn: caller = '' } = await clients.global.sts.send(
      new GetCallerIdentityCommand({}),
    )
    refuseOtherPartitions(caller)
    return {
      clients,
      account,
      caller,
      reporter,
      signal,
      clock,
      ledger: openLedger({ reporter, signal, dryRun }),
      freshBuckets: new Set(),
    }
  } catch (error) {
    clients.close()
    throw error
  }
}

function refuseOtherPartitions(arn: string): void {
  const partition = arn.split(':')[1]
  if (partition === 'aws') return
  throw new GenatoError(
    'OTHER_PARTITION',
    `These credentials are of the partition ${partition}, where CloudFront runs no functions.`,
    {
      hint: 'Take credentials of an account in the partition aws.',
    },
  )
}
