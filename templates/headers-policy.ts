import { HEADERS_POLICY } from './distribution.js'

/** A header of a response headers policy. Without `override`, the origin's own one wins. */
interface PolicyHeader {
  name: string
  value: string
  override: boolean
}

/** A CloudFront response headers policy: what it does to each response of a behaviour. Names in lower case. */
export interface HeadersPolicy {
  /** Removed first, so that the policy may set one of them again. */
  remove: readonly string[]
  /** Added to responses to requests with an `Origin` only. */
  cors: readonly PolicyHeader[]
  set: readonly PolicyHeader[]
}

/** The name of the policy of stored pictures. */
export const PICTURES_HEADERS = 'genato-pictures'

const ANY_ORIGIN = { name: 'access-control-allow-origin', value: '*' }

/**
 * Every response headers policy that behaviours name, by id, or by name where deploy creates it.
 *
 * An SVG that a viewer navigates to is a document: the content security policy keeps its scripts from running.
 * `Vary: Accept` is for caches beyond CloudFront, because a URL with `auto` has several formats. CloudFront's
 * own cache never sees it. Metadata leaves the response, because it names the original. Sources: CloudFront
 * developer guide, "Understand response headers policies" and "Use managed response headers policies".
 */
export const HEADERS_POLICIES: ReadonlyMap<string, HeadersPolicy> = new Map([
  [HEADERS_POLICY, { remove: [], cors: [{ ...ANY_ORIGIN, override: false }], set: [] }],
  [
    PICTURES_HEADERS,
    {
      remove: [
        'x-amz-meta-cache-tag',
        'x-amz-meta-source-etag',
        'x-amz-server-side-encryption',
        'x-amz-version-id',
      ],
      cors: [{ ...ANY_ORIGIN, override: true }],
      set: [
        { name: 'x-content-type-options', value: 'nosniff', override: true },
        {
          name: 'content-security-policy',
          value: "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox",
          override: true,
        },
        { name: 'vary', value: 'Accept', override: true },
      ],
    },
  ],
])
