import { deletes, lists, reads, writes, type Grant } from './grants.js'

/** Originals that the image function may read. */
interface Originals {
  bucket: string
  /** Before every original's key. Empty, or ends in `/`. */
  prefix: string
}

/**
 * What the image function may do besides logging, by the Sid of the statement. It may list so that S3 answers 404 for
 * an absent object instead of 403. It deletes renditions that are outdated, and never an original.
 */
export function imageFunctionGrants(
  originals: readonly Originals[],
  renditions: string,
): Readonly<Record<string, Grant>> {
  const prefixes = new Map<string, string[]>()
  for (const { bucket, prefix } of originals)
    prefixes.set(bucket, [...(prefixes.get(bucket) ?? []), `${prefix}*`])
  const grants: Record<string, Grant> = {
    ReadRenditions: reads(renditions, '*'),
    WriteRenditions: writes(renditions, '*'),
    DeleteRenditions: deletes(renditions, '*'),
    TellAbsentRenditions: lists(renditions),
  }
  let n = 0
  for (const [bucket, keys] of prefixes) {
    n += 1
    grants[`ReadOriginals${n}`] = reads(bucket, ...keys)
    grants[`TellAbsentOriginals${n}`] = lists(bucket)
  }
  return grants
}
