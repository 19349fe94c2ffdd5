import type { Session } from '../aws/session.js'
import { GenatoError } from '../lib/errors.js'
import { liveVersion } from '../resources/distribution-functions.js'
import { observeDistribution, type DistributionSeen } from '../resources/distribution-seen.js'
import { INVALIDATED_TAG, PENDING, tagDistribution } from '../resources/distribution-update.js'
import { findDistribution } from '../resources/find-distribution.js'
import { CODE_TAGS } from '../resources/function-code.js'
import { observeFunction } from '../resources/function-seen.js'
import { invalidate } from '../resources/invalidation.js'
import { deleteObjects } from '../resources/object-removal.js'
import { listVersions } from '../resources/version.js'
import { listChosen, type Chosen, type Counted } from './stored-images.js'
import { searchOf, type Target } from './target.js'

export interface Purged {
  objects: number
  bytes: number
  /** Whether CloudFront was told to forget them. */
  invalidated: boolean
}

/** The stack as far as a purge needs it. */
export interface Purgeable {
  distribution: DistributionSeen
  /** What to note as invalidated: what is live everywhere, or that a deploy still has to invalidate. */
  cached: string
}

/** @throws GenatoError NOT_DEPLOYED */
export async function findPurgeable(session: Session, target: Target): Promise<Purgeable> {
  const [found, fn] = await Promise.all([
    findDistribution(session, searchOf(target), { anyBucket: false }),
    observeFunction(session, target.function),
  ])
  const distribution = found && (await observeDistribution(session, found))
  if (!distribution || !fn)
    throw new GenatoError('NOT_DEPLOYED', `The stack ${target.stack} is not deployed.`, {
      hint: 'genato status tells what there is.',
    })
  const number = liveVersion(distribution.config, target.functionArn)
  const live = (await listVersions(session, target.function)).find((version) => version.number === number)
  const settled = distribution.deployed && live?.codeSha256 === fn.codeSha256
  return { distribution, cached: (settled ? fn.tags[CODE_TAGS.cached] : undefined) ?? PENDING }
}

/**
 * Deletes the stored images that are chosen, and has CloudFront forget all that it keeps. A run that is killed
 * is made up for by the next one, or by the next deploy.
 * @param counted before: where it is nothing, only an invalidation that an earlier run owes is made up for.
 */
export async function purge(
  session: Session,
  { images }: Target,
  { distribution, cached }: Purgeable,
  chosen: Chosen,
  counted: Pick<Counted, 'objects' | 'bytes'>,
): Promise<Purged> {
  const pending = distribution.tags[INVALIDATED_TAG] === PENDING
  if (counted.objects === 0 && !pending) return { objects: 0, bytes: 0, invalidated: false }
  let purged = { objects: 0, bytes: 0 }
  if (counted.objects > 0) {
    if (!pending) await tagDistribution(session, distribution, { [INVALIDATED_TAG]: PENDING })
    purged = await session.ledger.change(
      {
        action: 'delete',
        resource: 'objects in',
        name: images,
        ...(session.ledger.dryRun ? { aspect: imageCount(counted.objects) } : {}),
        expect: { objects: counted.objects, bytes: counted.bytes },
        detail: ({ objects }) => imageCount(objects),
      },
      async (progress) => deleteChosen(session, images, chosen, progress),
    )
  }
  // Viewers' spellings of a path are many, and one wildcard counts as one path.
  await invalidate(session, distribution, cached)
  return { ...purged, invalidated: !session.ledger.dryRun }
}

async function deleteChosen(
  session: Session,
  images: string,
  chosen: Chosen,
  progress: (detail: string) => void,
): Promise<{ objects: number; bytes: number }> {
  let objects = 0
  let bytes = 0
  for await (const page of listChosen(session, images, chosen)) {
    await deleteObjects(
      session,
      images,
      page.map(({ Key }) => ({ Key })),
    )
    objects += page.length
    bytes += page.reduce((sum, { Size }) => sum + Size, 0)
    progress(`${objects} so far`)
  }
  return { objects, bytes }
}

export function imageCount(count: number): string {
  return `${count.toLocaleString('en')} image${count === 1 ? '' : 's'}`
}
