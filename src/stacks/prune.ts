import type { Session } from '../aws/session.js'
import { messageOf } from '../lib/errors.js'
import { listObjects } from '../resources/bucket-contents.js'
import type { EnsuredDistribution } from '../resources/distribution.js'
import { liveVersion } from '../resources/distribution-functions.js'
import { pruneVersions } from '../resources/function-removal.js'
import { deleteObjects } from '../resources/object-removal.js'
import { listVersions, type Version } from '../resources/version.js'
import { packageNamed, type StackDescription, type StackPackage } from './description.js'
import type { DeployedFunction } from './prepared-function.js'

/**
 * Deletes a function's old versions and their zips, except for the live version and the one before it. A failure is
 * only a warning: the next deploy tries again.
 */
export async function prune(
  session: Session,
  stack: StackDescription,
  { described, version }: DeployedFunction,
  { before }: EnsuredDistribution,
): Promise<void> {
  try {
    const versions = await listVersions(session, described)
    const liveBefore = before && liveVersion(before, described.arn)
    const previous =
      liveBefore === undefined || liveBefore === version.number
        ? versions.findLast(({ number }) => number < version.number)?.number
        : liveBefore
    // A newer version belongs to another deploy, which is about to make it live.
    const stays = ({ number }: Version) => number >= version.number || number === previous
    await pruneZips(
      session,
      packageNamed(stack, described.package),
      versions.filter(stays).map(({ digest }) => digest),
    )
    // Versions go last: as long as one too many exists, a later run knows that pruning is not finished.
    const old = versions.filter((one) => !stays(one)).map(({ number }) => number)
    await pruneVersions(session, described, old)
  } catch (error) {
    session.signal.throwIfAborted()
    session.reporter.warn(
      `Old versions could not be deleted; the next deploy tries again: ${messageOf(error)}`,
    )
  }
}

async function pruneZips(
  session: Session,
  { bucket, prefix, keyOf }: StackPackage,
  digests: readonly (string | undefined)[],
): Promise<void> {
  const kept = new Set(digests.flatMap((digest) => (digest === undefined ? [] : [keyOf(digest)])))
  for await (const page of listObjects(session, bucket, prefix))
    for (const { Key = '' } of page) {
      if (kept.has(Key)) continue
      const change = {
        action: 'delete',
        resource: 'package',
        name: `${bucket}/${Key}`,
        expect: undefined,
      } as const
      await session.ledger.change(change, async () => deleteObjects(session, bucket, [{ Key }]))
    }
}
