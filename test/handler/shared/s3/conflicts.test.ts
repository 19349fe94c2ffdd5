import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { bucketOpener } from '../../../../handler/shared/s3/objects.js'

const OBJECT = { body: Buffer.from('x'), contentType: 'text/plain' }

/** A bucket whose S3 answers with these statuses, and then with 200. */
async function bucketThatAnswers(...statuses: number[]) {
  const server = http.createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(statuses.shift() ?? 200, { etag: '"a"' }).end())
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const open = bucketOpener({
    AWS_ACCESS_KEY_ID: 'a',
    AWS_SECRET_ACCESS_KEY: 'b',
    AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  })
  return open({
    location: { bucket: 'b', region: 'us-east-1', prefix: '' },
    until: { at: Date.now() + 5_000, signal: AbortSignal.timeout(5_000) },
  })
}

it('an object is put when a conflict has passed', async () => {
  const bucket = await bucketThatAnswers(409)
  expect(await bucket.put('k', OBJECT, { ifAbsent: true })).toMatchObject({ etag: '"a"' })
})

it('a condition counts as refused while others keep writing the object', async () => {
  expect(await (await bucketThatAnswers(409, 409)).put('k', OBJECT, { ifAbsent: true })).toBe('refused')
  expect(await (await bucketThatAnswers(409, 409)).put('k', OBJECT, { ifMatch: '"a"' })).toBe('refused')
})

it('a put without a condition fails if the conflict stays', async () => {
  await expect((await bucketThatAnswers(409, 409)).put('k', OBJECT)).rejects.toThrow('409')
})

it('an outdated object is deleted when a conflict has passed', async () => {
  const bucket = await bucketThatAnswers(409, 204)
  expect(await bucket.delete('k', '"a"')).toBe(true)
})
