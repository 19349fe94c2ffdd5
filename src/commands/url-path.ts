import type { Asked } from './ask-package.js'

/**
 * The path of an argument, which may also be a whole URL, lack the first slash, or have a query. Like a
 * browser, it drops the part after a #.
 */
export function urlPath(given: string): string {
  const path = withoutHost(given).split(/[?#]/, 1)[0] ?? ''
  return path.startsWith('/') ? path : `/${path}`
}

/**
 * A warning about a query string, which CloudFront does not forward.
 * @returns `undefined` where there is none.
 */
export async function ignoredQuery(given: string, { explain }: Asked): Promise<string | undefined> {
  const query = /^[^?#]*\?([^#]*)/.exec(withoutHost(given))?.[1]
  if (query === undefined) return undefined
  const ignored = `?${query} is ignored: CloudFront forwards no query string.`
  const path = urlPath(given)
  const asTokens = [path, ...query.split('&').filter(Boolean)].join(',')
  const [meant, without] = [await explain(asTokens), await explain(path)]
  // Only if it changes the image: a custom generator may accept any path.
  return meant.kind === 'image' && without.kind === 'image' && meant.canonicalPath !== without.canonicalPath
    ? `${ignored} As part of the path it would be ${asTokens}`
    : ignored
}

function withoutHost(given: string): string {
  return given.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, '')
}
