import { GENERATED } from '../../handler/contract.js'
import type { Session } from '../aws/session.js'
import { GenatoError } from '../errors.js'
import {
  findDistributions,
  INVALIDATED_TAG,
  observeDistribution,
  PENDING,
  tagDistribution,
} from '../resources/distribution.js'
import { CODE_TAGS, observeFunction } from '../resources/function.js'
import { invalidate } from '../resources/invalidation.js'
import { deleteObjects } from '../resources/object-removal.js'
import { listObjects } from '../resources/objects.js'
import type { Target } from './target.js'
import { theOne } from './the-one.js'

export interface Purged {
  objects: number
  bytes: number
  /** Whether CloudFront was told to forget them. */
  invalidated: boolean
}

/**
 * Deletes what was generated, and has CloudFront forget all that it keeps. A run that is killed is made up
 * for by the next one, or by the next deploy.
 * @param prefix of the images' paths, with or without the slash in front; empty: all.
 */
export async function purge(session: Session, target: Target, prefix: string): Promise<Purged> {
  const [found, fn] = await Promise.all([
    findDistributions(session, target),
    observeFunction(session, target.function),
  ])
  const one = theOne(found, target)
  const distribution = one && (await observeDistribution(session, one))
  if (!distribution || !fn)
    throw new GenatoError('NOT_DEPLOYED', `The stack ${target.stack} is not deployed.`, {
      hint: 'genato status tells what there is.',
    })
  const matches = matching(prefix)
  let purged: Purged = { objects: 0, bytes: 0, invalidated: false }
  let marked = session.ledger.dryRun
  for await (const page of listObjects(session, target.images, GENERATED)) {
    const chosen = page.filter(({ Key = '' }) => matches(Key))
    if (chosen.length === 0) continue
    if (!marked && distribution.tags[INVALIDATED_TAG] !== PENDING)
      await tagDistribution(session, distribution, { [INVALIDATED_TAG]: PENDING })
    marked = true
    purged = {
      ...purged,
      objects: purged.objects + chosen.length,
      bytes: purged.bytes + chosen.reduce((sum, { Size = 0 }) => sum + Size, 0),
    }
    await session.ledger.change(
      {
        action: 'delete',
        resource: 'objects in',
        name: target.images,
        aspect: `${purged.objects} so far`,
        expect: undefined,
      },
      async () =>
        deleteObjects(
          session,
          target.images,
          chosen.map(({ Key = '' }) => ({ Key })),
        ),
    )
  }
  const pending = distribution.tags[INVALIDATED_TAG] === PENDING
  if (purged.objects === 0 && !pending) return purged
  // Viewers' spellings of a path are many, and one wildcard counts as one path.
  await invalidate(session, distribution, fn.tags[CODE_TAGS.cached] ?? PENDING)
  return { ...purged, invalidated: !session.ledger.dryRun }
}

/** Of a key below `generated/<generation>/`: the canonical path with its commas as slashes, as keys have it. */
function matching(prefix: string): (key: string) => boolean {
  const wanted = prefix.replace(/^\//, '').replaceAll(',', '/')
  return (key) =>
    key
      .slice(GENERATED.length)
      .replace(/^[^/]*\//, '')
      .startsWith(wanted)
}
