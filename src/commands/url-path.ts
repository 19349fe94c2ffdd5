/** A path as it may be given on the command line: also a whole URL, without the first slash, or with a query. Like a browser, it does not send
 * what follows a #. */
export function urlPath(given: string): string {
  const path = given.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, '').split(/[?#]/, 1)[0] ?? ''
  return path.startsWith('/') ? path : `/${path}`
}
