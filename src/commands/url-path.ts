import type { Asked } from './ask-package.js'

/** A path as it may be given on the command line: also a whole URL, without the first slash, or with a query. Like a browser, it does not send
 * what follows a #. */
export function urlPath(given: string): string {
  const path = withoutHost(given).split(/[?#]/, 1)[0] ?? ''
  return path.startsWith('/') ? path : `/${path}`
}

/**
 * What to say of a query string, which CloudFront does not pass on.
 * @returns `undefined` where there is none.
 */
export async function ignoredQuery(given: string, { explain }: Asked): Promise<string | undefined> {
  const query = /^[^?#]*\?([^#]*)/.exec(withoutHost(given))?.[1]
  if (query === undefined) return undefined
  const ignored = `?${query} is ignored: CloudFront passes no query string on.`
  const path = urlPath(given)
  const asTokens = [path, ...query.split('&').filter(Boolean)].join(',')
  const [meant, without] = [await explain(asTokens), await explain(path)]
  // Only where the path says more with it: a generator may take anything for its own.
  return meant.kind === 'image' && without.kind === 'image' && meant.canonicalPath !== without.canonicalPath
    ? `${ignored} Written into the path it would be ${asTokens}`
    : ignored
}

function withoutHost(given: string): string {
  return given.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, '')
}
