import { createHash } from 'node:crypto'
import type { Mount } from './mount.js'

/** The version of the way from an original to a rendition. Raise it when the same URL gives other pixels. */
const RECIPE = '1'

/**
 * A digest of everything that shapes or permits the pixels of a mount: stored renditions of another generation are
 * never served. `asIs` and `fresh` are not part of it: as-is answers are not stored, and freshness changes no pixel.
 * @returns 12 hex digits.
 */
export function generationOf(mount: Omit<Mount, 'generation'>): string {
  const { bucket, prefix, allow, faces, moderate, limits } = mount
  const parts = [
    RECIPE,
    bucket ?? null,
    prefix,
    // The order of a list says nothing.
    typeof allow === 'string' ? allow : [...allow].sort(),
    faces,
    moderate && [moderate.minConfidence, [...moderate.labels].sort(), moderate.action],
    [limits.bytes, limits.pixels, limits.frames, limits.side],
  ]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 12)
}

/** The prefix of every note. The first segment of the gate's paths never begins so. */
export const NOTES = '_notes/'
