import { expect, it, test } from 'vitest'
import { HEADERS_POLICY } from '../../../../templates/distribution.js'
import { HEADERS_POLICIES, PICTURES_HEADERS } from '../../../../templates/headers-policy.js'
import { withPolicy } from '../../../../src/local/cloudfront/viewer/viewer-headers.js'

const ORIGIN = 'https://a.example'
const CORS = { 'access-control-allow-origin': '*' }
const OWN = { 'access-control-allow-origin': 'https://b.example' }

test.each([
  ['SimpleCORS, for an Origin', HEADERS_POLICY, ORIGIN, {}, CORS],
  ['SimpleCORS, for none', HEADERS_POLICY, undefined, {}, {}],
  ['SimpleCORS, which lets the origin have its own', HEADERS_POLICY, ORIGIN, OWN, OWN],
  ['an unknown policy', 'other', ORIGIN, { vary: 'a' }, { vary: 'a' }],
  ['no policy', undefined, ORIGIN, { vary: 'a' }, { vary: 'a' }],
])('%s', (_, policy, origin, headers, expected) => {
  expect(withPolicy(headers, origin, policy)).toEqual(expected)
})

it('the policy of stored pictures overrides the origin’s headers, and removes before it adds', () => {
  const got = withPolicy(
    {
      ...OWN,
      vary: 'Accept-Encoding',
      'x-amz-meta-cache-tag': 'a',
      'content-security-policy': 'none',
      etag: '"a"',
    },
    ORIGIN,
    PICTURES_HEADERS,
  )
  expect(got).toEqual({
    ...CORS,
    vary: 'Accept',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox",
    etag: '"a"',
  })
})

/** Source: CloudFront developer guide, "Quotas": 10 custom headers, 10 to remove, and 1,783 characters of CSP. */
test.each([...HEADERS_POLICIES])(
  'the policy %s is one that CloudFront accepts',
  (_, { remove, cors, set }) => {
    expect(set.length).toBeLessThanOrEqual(10)
    expect(remove.length).toBeLessThanOrEqual(10)
    for (const { name, value } of [...cors, ...set]) {
      expect(name).toMatch(/^[a-z-]+$/)
      expect(value.length).toBeLessThanOrEqual(1_783)
    }
    for (const name of remove) expect(name).toMatch(/^[a-z-]+$/)
  },
)
