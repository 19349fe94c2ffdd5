import type { Explanation } from '../../handler/shared/explanation.js'

/**
 * Reads a path from the command line. It may be a whole URL, lack the first slash, or have a query or a fragment,
 * which the service never sees.
 */
export function urlPath(given: string): string {
  const path = withoutHost(given).split(/[?#]/, 1)[0] ?? ''
  return path.startsWith('/') ? path : `/${path}`
}

/**
 * A warning about the query string, which CloudFront does not pass on.
 * @returns `undefined` if there is none.
 */
export async function ignoredQuery(
  given: string,
  { explain }: { explain: (path: string) => Promise<Explanation> },
): Promise<string | undefined> {
  const query = /^[^?#]*\?([^#]*)/.exec(withoutHost(given))?.[1]
  if (query === undefined) return undefined
  const ignored = `?${query} is ignored: CloudFront does not pass on query strings.`
  const path = urlPath(given)
  const asTokens = [path, ...query.split('&').filter(Boolean)].join(',')
  const [meant, without] = [await explain(asTokens), await explain(path)]
  // Only if that changes the image: a custom generator may accept any path.
  return meant.kind === 'image' && without.kind === 'image' && meant.canonicalPath !== without.canonicalPath
    ? `${ignored} As part of the path, it would be ${asTokens}`
    : ignored
}

/**
 * A warning about `#`, which starts a fragment in a URL: nothing after it reaches the service.
 * @returns `undefined` if there is none.
 */
export function ignoredFragment(given: string): string | undefined {
  const fragment = /#.*$/s.exec(withoutHost(given))?.[0]
  return fragment === undefined
    ? undefined
    : `${fragment} is ignored: browsers keep it to themselves. In a name, write # as %23.`
}

function withoutHost(given: string): string {
  return given.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, '')
}
