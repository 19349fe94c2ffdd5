import { expect, test } from 'vitest'
import { EDGE_REGIONS } from '../../src/aws/regions.js'
import { replicasLeft } from '../../src/resources/account.js'
import { listFolders, listObjects } from '../../src/resources/bucket-contents.js'
import { listVersions } from '../../src/resources/version.js'
import { IMAGES, somebody, useAws } from '../support/aws.js'
import { describeAws } from '../support/moto/moto.js'
import { functionNamed } from '../../src/stacks/description.js'
import { stackOn } from '../support/stack.js'

/** One more than S3 lists in a page. */
const MANY = 1001

describeAws('a listing', () => {
  const aws = useAws()
  const stackHere = async () => stackOn({ endpoint: aws.proxy.endpoint })

  async function fill() {
    const { s3 } = somebody(aws.moto.endpoint)
    await s3.createBucket({ Bucket: IMAGES })
    const keys = Array.from({ length: MANY }, (_, n) => `generated/${String(n).padStart(4, '0')}/a`)
    for (let from = 0; from < MANY; from += 50)
      await Promise.all(
        keys.slice(from, from + 50).map(async (Key) => s3.putObject({ Bucket: IMAGES, Key, Body: '' })),
      )
    return keys
  }

  test('of objects and folders covers all pages, and can begin after a key', async () => {
    const keys = await fill()
    await (
      await stackHere()
    ).session(async (session) => {
      const list = async (after?: string) => {
        const pages: string[][] = []
        for await (const page of listObjects(session, IMAGES, 'generated/', after))
          pages.push(page.map(({ Key = '' }) => Key))
        return pages
      }
      const pages = await list()
      expect(pages.map(({ length }) => length)).toEqual([1000, 1])
      expect(pages.flat()).toEqual(keys)
      expect((await list(keys[0])).flat()).toEqual(keys.slice(1))
      expect(await listFolders(session, IMAGES, 'generated/')).toEqual(keys.map((key) => key.slice(0, -1)))
    })
  })

  test('of a missing bucket, function or log group is empty', async () => {
    await (
      await stackHere()
    ).session(async (session, target) => {
      expect(await listFolders(session, IMAGES, 'generated/')).toEqual([])
      expect(await listVersions(session, functionNamed(target, 'edge'))).toEqual([])
    })
  })

  test("ends when the run is interrupted, even if a region's failures are ignored", async () => {
    await (
      await stackHere()
    ).session(async (session, target) => {
      const signal = AbortSignal.abort(new Error('interrupted'))
      const ended = { ...session, signal }
      await expect(listFolders(ended, IMAGES, 'generated/')).rejects.toThrow(/abort/i)
      await expect(replicasLeft(ended, functionNamed(target, 'edge'), EDGE_REGIONS)).rejects.toThrow(
        'interrupted',
      )
    })
  })
})
