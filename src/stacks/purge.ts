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
import { bucketNamed, functionNamed, searchOf, type StackDescription } from './description.js'

export interface Purged {
  objects: number
  bytes: number
  /** Whether CloudFront's caches were invalidated. */
  invalidated: boolean
}

/** The parts of a stack that a purge needs. */
export interface Purgeable {
  distribution: DistributionSeen
  /** What to note as invalidated: the live code, or that a deploy still has to invalidate. */
  cached: string
}

/** @throws GenatoError NOT_DEPLOYED */
export async function findPurgeable(session: Session, stack: StackDescription): Promise<Purgeable> {
  const edge = functionNamed(stack, 'edge')
  const [found, fn] = await Promise.all([
    findDistribution(session, searchOf(stack), { anyBucket: false }),
    observeFunction(session, edge),
  ])
  const distribution = found && (await observeDistribution(session, found))
  if (!distribution || !fn)
    throw new GenatoError('NOT_DEPLOYED', `The stack ${stack.name} is not deployed.`, {
      hint: 'genato status shows what exists.',
    })
  const number = liveVersion(distribution.config, edge.arn)
  const live = (await listVersions(session, edge)).find((version) => version.number === number)
  const settled = distribution.deployed && live?.codeSha256 === fn.codeSha256
  return { distribution, cached: (settled ? fn.tags[CODE_TAGS.cached] : undefined) ?? PENDING }
}

/**
 * Deletes the chosen stored images and invalidates all of CloudFront's caches. If a run is killed, the next purge or
 * deploy finishes its work.
 * @param counted the chosen images. If there are none, purge only makes up for an invalidation that an earlier run owes.
 */
export async function purge(
  session: Session,
  stack: StackDescription,
  { distribution, cached }: Purgeable,
  chosen: Chosen,
  counted: Pick<Counted, 'objects' | 'bytes'>,
): Promise<Purged> {
  const { name: images } = bucketNamed(stack, 'images')
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
  // All paths: one image has many spellings, and AWS charges a wildcard as one path.
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
