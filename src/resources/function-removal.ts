import { DeleteFunctionCommand } from '@aws-sdk/client-lambda'
import { isBusy, orAbsent } from '../aws/errors.js'
import type { Session } from '../aws/session.js'
import { retryWhile, waitFor } from '../aws/wait.js'
import type { GenatoError } from '../lib/errors.js'
import { isReplicated } from './function-errors.js'
import type { FunctionPlace } from './function-wanted.js'

export interface RemoveWait {
  /** In ms. */
  timeout: number
  pauses: [first: number, last: number]
  /** Which replicas are left, for the progress line. */
  left: () => Promise<string>
  late: () => GenatoError
}

/**
 * Deletes the function with all its versions, as soon as Lambda has removed the replicas.
 * @throws the error of `wait.late`
 */
export async function removeFunction(
  session: Session,
  { region, name }: FunctionPlace,
  wait: RemoveWait,
): Promise<void> {
  const { lambda } = session.clients.in(region)
  const remove = async (): Promise<true | undefined> => {
    try {
      await orAbsent(
        retryWhile(session, { passing: isBusy, timeout: 120_000, pauses: [1_000, 5_000] }, async () =>
          lambda.send(new DeleteFunctionCommand({ FunctionName: name })),
        ),
        'ResourceNotFoundException',
      )
      return true
    } catch (error) {
      if (isReplicated(error)) return undefined
      throw error
    }
  }
  let left = ''
  await session.ledger.change(
    { action: 'delete', resource: 'function', name, expect: undefined },
    async () => {
      await waitFor(session, {
        title: `the replicas of function ${name} to be removed`,
        usual: '15 min to 4 h',
        ...wait,
        look: async () => {
          const gone = await remove()
          if (!gone) left = await wait.left()
          return gone
        },
        detail: () => left,
      })
    },
  )
}

/** Deletes versions. One that is still replicated is left for a later run. */
export async function pruneVersions(
  session: Session,
  { region, name }: FunctionPlace,
  numbers: readonly number[],
): Promise<void> {
  const { lambda } = session.clients.in(region)
  for (const number of numbers) {
    await session.ledger.change(
      {
        action: 'delete',
        resource: 'version',
        name: `${name}:${number}`,
        expect: undefined,
        forgive: (error) =>
          isReplicated(error) ? 'not yet: replicas of it are left, and a later deploy deletes it' : undefined,
      },
      async () => {
        await orAbsent(
          lambda.send(new DeleteFunctionCommand({ FunctionName: name, Qualifier: String(number) })),
          'ResourceNotFoundException',
        )
      },
    )
  }
}
