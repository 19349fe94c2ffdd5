// @ts-check
import { SETTINGS } from './encoders.js'

/**
 * The same operations in ipx's words.
 * @param {Pick<import('./sides/orders.js').Order, 'width' | 'height' | 'format'>} order
 * @param {boolean} [animated] whether all frames are wanted.
 */
export function ipxModifiers({ width, height, format }, animated = false) {
  return {
    ...(animated ? { animated: 'true' } : {}),
    resize: `${width}x${height}`,
    fit: 'cover',
    format: format === 'jpg' ? 'jpeg' : format,
    quality: String(SETTINGS[format].quality),
  }
}
