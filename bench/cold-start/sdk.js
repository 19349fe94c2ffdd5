// @ts-check
// A store with AWS's client that replaces handler/shared/s3/store.ts. It does only what a request for an image needs.
// @ts-expect-error The client is installed for the measurement only.
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'

/** @param {Record<string, string>} env */
export function storeOpener(env) {
  const client = new S3Client({
    region: env.AWS_REGION,
    forcePathStyle: true,
    credentials: { accessKeyId: env.AWS_ACCESS_KEY_ID, secretAccessKey: env.AWS_SECRET_ACCESS_KEY },
  })
  return (
    /** @type {{ location: { bucket: string, prefix: string }, until: { signal: AbortSignal } }} */ {
      location: { bucket: Bucket, prefix },
      until: { signal: abortSignal },
    },
  ) => ({
    async fetch(
      /** @type {string} */ key,
      /** @type {number} */ _mostBytes,
      /** @type {() => void} */ onSent,
    ) {
      // The SDK doesn't report when a request was sent.
      if (onSent) setImmediate(onSent)
      try {
        const found = await client.send(new GetObjectCommand({ Bucket, Key: prefix + key }), { abortSignal })
        const body = Buffer.from(await found.Body.transformToByteArray())
        return { headers: { 'content-type': found.ContentType, etag: found.ETag }, body }
      } catch (error) {
        if (error instanceof Error && error.name === 'NoSuchKey') return undefined
        throw error
      }
    },
    async putFirst(
      /** @type {string} */ key,
      /** @type {{ body: Uint8Array, contentType: string }} */ { body, contentType },
      /** @type {string} */ cacheControl,
    ) {
      const put = await client.send(
        new PutObjectCommand({
          Bucket,
          Key: prefix + key,
          Body: body,
          ContentType: contentType,
          CacheControl: cacheControl,
          IfNoneMatch: '*',
        }),
        { abortSignal },
      )
      return { etag: put.ETag }
    },
  })
}
