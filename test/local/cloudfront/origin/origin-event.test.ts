import { describe, expect, it } from 'vitest'
import { newRequestId, originRequestEvent } from '../../../../src/local/cloudfront/origin/origin-event.js'
import { bucketDomain } from '../../../../src/config/names.js'

const DOMAIN = bucketDomain('images')
const VIEWER = { method: 'GET', uri: '/a.txt', clientIp: '203.0.113.178' }
const ORIGIN = { domain: DOMAIN, path: '' }

/** CloudFront developer guide, "Lambda@Edge event structure", example origin request, with an S3 origin. */
const EXAMPLE = {
  Records: [
    {
      cf: {
        config: {
          distributionDomainName: expect.stringMatching(/^[a-z0-9]{14}\.cloudfront\.net$/),
          distributionId: expect.stringMatching(/^E[A-Z0-9]{13}$/),
          eventType: 'origin-request',
          requestId: 'id',
        },
        request: {
          clientIp: '203.0.113.178',
          headers: {
            'x-forwarded-for': [{ key: 'X-Forwarded-For', value: '203.0.113.178' }],
            'user-agent': [{ key: 'User-Agent', value: 'Amazon CloudFront' }],
            via: [
              {
                key: 'Via',
                value: expect.stringMatching(/^\d\.\d [0-9a-z]{32}\.cloudfront\.net \(CloudFront\)$/),
              },
            ],
            host: [{ key: 'Host', value: 'images.s3.us-east-1.amazonaws.com' }],
          },
          method: 'GET',
          origin: {
            s3: {
              authMethod: 'none',
              customHeaders: {},
              domainName: 'images.s3.us-east-1.amazonaws.com',
              path: '',
              region: 'us-east-1',
            },
          },
          querystring: '',
          uri: '/a.txt',
        },
      },
    },
  ],
}

describe('the event', () => {
  it('is the documented one, field by field', () => {
    expect(originRequestEvent(VIEWER, ORIGIN, { requestId: 'id', headers: {} })).toEqual(EXAMPLE)
  })

  it('has the headers that CloudFront adds for the origin, by their usual names', () => {
    const headers = { 'if-none-match': '"a"', range: 'bytes=0-9' }
    const { request } = originRequestEvent(VIEWER, ORIGIN, { requestId: 'id', headers }).Records[0].cf
    expect(request.headers).toMatchObject({
      'if-none-match': [{ key: 'If-None-Match', value: '"a"' }],
      range: [{ key: 'Range', value: 'bytes=0-9' }],
    })
  })

  it('has the method, the path and the origin’s path unchanged, and no user agent of the viewer', () => {
    const event = originRequestEvent(
      { ...VIEWER, method: 'HEAD', uri: '/%C3%A9+%zz' },
      { domain: DOMAIN, path: '/site' },
      { requestId: 'id', headers: {} },
    )
    expect(event.Records[0].cf.request).toMatchObject({ method: 'HEAD', uri: '/%C3%A9+%zz' })
    expect(event.Records[0].cf.request.origin.s3.path).toBe('/site')
    expect(JSON.stringify(event)).not.toContain('curl')
  })
})

it('request ids look like CloudFront’s, and differ', () => {
  const ids = Array.from({ length: 100 }, newRequestId)
  for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_-]{54}==$/)
  expect(new Set(ids).size).toBe(100)
})
