import type { Mount } from '../handler/shared/pictures/mount.js'
import { deletes, lists, reads, writes, type Grant } from './grants.js'

/** The bucket of a mount's originals. @param own the stack's own bucket of originals. */
export function bucketOf({ bucket }: Pick<Mount, 'bucket'>, own: string): string {
  return bucket ?? own
}

/**
 * What the image function may do: read the originals below the mounts' prefixes, and do with renditions as it likes.
 * It may list both so that S3 answers 404 for an absent object instead of 403.
 * @param own the stack's own bucket of originals.
 */
export function pictureGrants(
  mounts: readonly Pick<Mount, 'bucket' | 'prefix'>[],
  { own, renditions }: { own: string; renditions: string },
): Grant[] {
  const prefixes = new Map<string, string[]>()
  for (const mount of mounts) {
    const bucket = bucketOf(mount, own)
    prefixes.set(bucket, [...(prefixes.get(bucket) ?? []), `${mount.prefix}*`])
  }
  return [
    ...[...prefixes].flatMap(([bucket, keys]) => [reads(bucket, ...keys), lists(bucket)]),
    reads(renditions, '*'),
    writes(renditions, '*'),
    deletes(renditions, '*'),
    lists(renditions),
  ]
}
