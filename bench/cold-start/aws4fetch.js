// @ts-check
// A store with aws4fetch that replaces handler/shared/s3/store.ts. It does only what a request for an image needs.
// @ts-expect-error aws4fetch is installed for the measurement only.
import { AwsClient } from 'aws4fetch'

/** @param {Record<string, string>} env */
export function storeOpener(env) {
  const client = new AwsClient({
    accessKeyId: env.AWS_ACCESS_KEY_ID,
    secretAccessKey: env.AWS_SECRET_ACCESS_KEY,
    service: 's3',
    region: env.AWS_REGION,
  })
  return (
    /** @type {{ location: { bucket: string, prefix: string }, until: { signal: AbortSignal } }} */ {
      location: { bucket, prefix },
      until: { signal },
    },
  ) => {
    const address = (/** @type {string} */ key) => `${env.AWS_ENDPOINT_URL_S3}/${bucket}/${prefix}${key}`
    return {
      async fetch(
        /** @type {string} */ key,
        /** @type {number} */ _mostBytes,
        /** @type {() => void} */ onSent,
      ) {
        // fetch doesn't report when a request was sent.
        if (onSent) setImmediate(onSent)
        const response = await client.fetch(address(key), { signal })
        const body = Buffer.from(await response.arrayBuffer())
        return response.status === 200 ? { headers: Object.fromEntries(response.headers), body } : undefined
      },
      async putFirst(
        /** @type {string} */ key,
        /** @type {{ body: Uint8Array, contentType: string }} */ image,
        /** @type {string} */ cacheControl,
      ) {
        const response = await client.fetch(address(key), {
          method: 'PUT',
          body: image.body,
          headers: {
            'Content-Type': image.contentType,
            'Cache-Control': cacheControl,
            'If-None-Match': '*',
          },
          signal,
        })
        if (response.status !== 200) throw new Error(`PUT was answered with ${response.status}.`)
        return Object.fromEntries(response.headers)
      },
    }
  }
}
