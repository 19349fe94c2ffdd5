import { createHash } from 'node:crypto'

/** The name of the metadata that holds the tag. S3 sends it as `x-amz-meta-cache-tag`. */
export const CACHE_TAG = 'cache-tag'

/**
 * Tags every answer about one original, so that one invalidation reaches all of them. Tags are case-insensitive and
 * take no comma or space, unlike keys, so this is a digest. Source: CloudFront developer guide, "Invalidate by cache
 * tag".
 * @param key of the original, below the mount.
 * @returns 32 hex digits.
 */
export function cacheTag(mount: string, key: string): string {
  return createHash('sha256').update(`${mount}/${key}`).digest('hex').slice(0, 32)
}
