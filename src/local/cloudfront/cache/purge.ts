/** What an invalidation names. A response goes if one of its tags or its path is named. */
export interface Purge {
  /** Cache tags. Case doesn't count. */
  tags?: readonly string[]
  /** Paths as they are in the cache key: after the viewer function. A `*` at the end stands for any rest. */
  paths?: readonly string[]
}

/** Source: CloudFront developer guide, "Invalidate files by cache tag", and its quotas. */
const TAG = /^[\u0021-\u002b\u002d-\u007e]{1,256}$/
const MOST_TAGS = 50

/**
 * The cache tags of a response: the header's list, trimmed. Tags beyond the fiftieth and invalid ones don't
 * count.
 */
export function tagsOf(header: string | undefined): ReadonlySet<string> {
  const all = (header ?? '').split(',').map((tag) => tag.trim())
  return new Set(
    all
      .filter((tag) => TAG.test(tag))
      .slice(0, MOST_TAGS)
      .map((tag) => tag.toLowerCase()),
  )
}

/** @throws Error for a tag or a path that CloudFront can't invalidate. */
export function checkPurge({ tags = [], paths = [] }: Purge): void {
  const wrongTag = tags.find((tag) => !TAG.test(tag))
  if (wrongTag !== undefined)
    throw new Error(
      `A cache tag is 1 to 256 visible ASCII characters without commas (got ${JSON.stringify(wrongTag)}).`,
    )
  // Source: CloudFront developer guide, "What you need to know when invalidating files".
  const wrongPath = paths.find((path) => path.includes('~'))
  if (wrongPath !== undefined)
    throw new Error(`CloudFront can't invalidate a path with ~ (got ${wrongPath}): use its cache tag.`)
}

/** @param key of the cache: a path, after the method if that isn't GET. */
export function isPurged(
  { tags = [], paths = [] }: Purge,
  key: string,
  tagged: ReadonlySet<string>,
): boolean {
  const uri = key.slice(key.indexOf('/'))
  return tags.some((tag) => tagged.has(tag.toLowerCase())) || paths.some((path) => matches(path, uri))
}

/** A `*` elsewhere than at the end is a character like any other. The first slash may be left out. */
function matches(path: string, uri: string): boolean {
  const full = path.startsWith('/') ? path : `/${path}`
  return full.endsWith('*') ? uri.startsWith(full.slice(0, -1)) : uri === full
}
