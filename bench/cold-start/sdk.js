// @ts-check
// The store by AWS's own client, in the place of handler/store/s3.ts: only what a request for an image needs.
// @ts-expect-error it is installed for the measurement only.
import { HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'

/** @param {Record<string, string>} env */
export function storeOpener(env) {
  const client = new S3Client({
    region: env.AWS_REGION,
    forcePathStyle: true,
    credentials: { accessKeyId: env.AWS_ACCESS_KEY_ID, secretAccessKey: env.AWS_SECRET_ACCESS_KEY },
  })
  return (
    /** @type {{ bucket: string, prefix: string }} */ { bucket: Bucket, prefix },
    /** @type {AbortSignal} */ abortSignal,
  ) => ({
    async has(/** @type {string} */ key, /** @type {() => void} */ onSent) {
      // Neither does the SDK say when a request is on its way.
      if (onSent) setImmediate(onSent)
      try {
        await client.send(new HeadObjectCommand({ Bucket, Key: prefix + key }), { abortSignal })
        return true
      } catch (error) {
        if (error instanceof Error && error.name === 'NotFound') return false
        throw error
      }
    },
    async putFirst(
      /** @type {string} */ key,
      /** @type {{ body: Uint8Array, contentType: string }} */ { body, contentType },
      /** @type {string} */ cacheControl,
    ) {
      await client.send(
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
    },
  })
}
