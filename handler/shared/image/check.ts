import type { Image } from '../contract.js'

/** More than any image should need, and well within the function's memory. */
const MAX_IMAGE_BYTES = 50 * 1024 * 1024
const MEDIA_TYPE = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(\s*;\s*[\w-]+=("[\w .,/+-]*"|[\w.+-]+))*$/

/** @throws a TypeError that explains what is wrong with a generator's result. */
export function checkImage(value: unknown): asserts value is Image {
  if (typeof value !== 'object' || value === null)
    throw new TypeError(
      `The generator returned ${value === undefined || value === null ? 'nothing' : `a ${typeof value}`}: it must return { body, contentType }.`,
    )
  const { body, contentType } = value as Partial<Image>
  if (!(body instanceof Uint8Array) && typeof body !== 'string')
    throw new TypeError(`The generator's body must be a Uint8Array or a string (got ${typeof body}).`)
  const bytes = typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength
  if (bytes === 0) throw new TypeError('The generator returned an empty body.')
  if (bytes > MAX_IMAGE_BYTES)
    throw new TypeError(`The generator returned ${bytes} bytes, and the limit is ${MAX_IMAGE_BYTES}.`)
  if (typeof contentType !== 'string' || !MEDIA_TYPE.test(contentType))
    throw new TypeError(
      `The generator's contentType must be a media type, such as image/png (got ${JSON.stringify(contentType)}).`,
    )
}

/** Gives the bytes of an image's body. A string becomes UTF-8. */
export function bytesOf({ body }: Pick<Image, 'body'>): Buffer {
  return typeof body === 'string'
    ? Buffer.from(body)
    : Buffer.from(body.buffer, body.byteOffset, body.byteLength)
}
