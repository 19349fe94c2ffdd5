import { expect, test } from 'vitest'
import { bucketObjects } from '../../src/objects/live-bucket.js'
import { somebody, useAws } from '../support/aws.js'
import { describeAws } from '../support/moto/moto.js'
import { stackOn } from '../support/stack.js'

const BUCKET = 'objects-of-the-zoo'
const text = (body: string) => ({ body: Buffer.from(body), contentType: 'text/plain' })

describeAws('the objects of a live bucket', () => {
  const aws = useAws()

  test('keep their metadata, are replaced and deleted by their ETag, and are absent afterwards', async () => {
    await somebody(aws.moto.endpoint).s3.createBucket({ Bucket: BUCKET })
    const stack = await stackOn({ endpoint: aws.proxy.endpoint })
    await stack.session(async (session) => {
      const objects = bucketObjects(session, BUCKET)
      const metadata = { 'source-etag': 'abc' }
      const first = await objects.put('a', { ...text('one'), metadata }, { ifAbsent: true })
      expect(await objects.head('a')).toMatchObject({ metadata, size: 3 })
      expect(await objects.put('a', text('x'), { ifAbsent: true })).toBe('exists')
      const { etag } = first as { etag: string }
      expect(await objects.put('a', text('two'), { ifMatch: etag })).toHaveProperty('etag')
      expect(await objects.put('a', text('x'), { ifMatch: etag })).toBe('changed')
      expect(await objects.put('none', text('x'), { ifMatch: etag })).toBe('absent')
      const found = await objects.get('a')
      expect(found?.body.toString()).toBe('two')
      expect(found).not.toHaveProperty('metadata')
      expect(await objects.delete('a')).toBe('deleted')
      expect(await objects.head('a')).toBeUndefined()
    })
  })
})
