// @ts-check

/** The handler's settings (handler/images/encode.ts), for those who do the same with bare sharp. */
export const SETTINGS = /** @type {const} */ ({
  jpg: { quality: 80 },
  webp: { quality: 80 },
  avif: { quality: 50, effort: 1, chromaSubsampling: '4:2:0' },
})

/**
 * @param {import('sharp').Sharp} image
 * @param {keyof typeof SETTINGS} format
 */
export function encodeAs(image, format) {
  switch (format) {
    case 'jpg':
      return image.jpeg(SETTINGS.jpg)
    case 'webp':
      return image.webp(SETTINGS.webp)
    case 'avif':
      return image.avif(SETTINGS.avif)
    default:
      throw new Error(`There are no settings for ${String(format)}.`)
  }
}
