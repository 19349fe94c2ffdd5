import { expect, it } from 'vitest'
import { locateBucket } from '../../../../handler/shared/s3/bucket-location.js'
import { endpointOf } from '../../../../handler/shared/s3/request.js'

function origin(domainName: string, path = '', region = '') {
  return { authMethod: 'none', customHeaders: {}, domainName, path, region }
}

it.each([
  ['my-bucket.s3.us-east-1.amazonaws.com', 'my-bucket', 'us-east-1'],
  ['my.dotted.bucket.s3.eu-central-1.amazonaws.com', 'my.dotted.bucket', 'eu-central-1'],
  ['my-bucket.s3.amazonaws.com', 'my-bucket', 'us-east-1'],
  ['my-bucket.s3-eu-west-1.amazonaws.com', 'my-bucket', 'eu-west-1'],
  ['a.s3.b.s3.ap-southeast-2.amazonaws.com', 'a.s3.b', 'ap-southeast-2'],
])('the origin %s is the bucket %s in %s', (domain, bucket, region) => {
  expect(locateBucket(origin(domain))).toEqual({ bucket, region, prefix: '' })
})

it('takes the region from the event if the domain has none', () => {
  expect(locateBucket(origin('b.s3.amazonaws.com', '', 'eu-west-3')).region).toBe('eu-west-3')
})

it('refuses an origin that is not a bucket', () => {
  expect(() => locateBucket(origin('example.com'))).toThrow('example.com')
})

it('addresses a bucket by its host, but by path if its name has dots or there is a custom endpoint', () => {
  const at = (bucket: string) => ({ bucket, region: 'us-east-1', prefix: '' })
  expect(endpointOf(at('plain'), undefined)).toMatchObject({
    protocol: 'https:',
    hostname: 'plain.s3.us-east-1.amazonaws.com',
    base: '/',
  })
  expect(endpointOf(at('dot.ted'), undefined)).toMatchObject({
    hostname: 's3.us-east-1.amazonaws.com',
    base: '/dot.ted/',
  })
  expect(endpointOf(at('plain'), 'http://127.0.0.1:9000')).toMatchObject({
    protocol: 'http:',
    port: 9000,
    base: '/plain/',
  })
})
