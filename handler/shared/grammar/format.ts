import { createHash } from 'node:crypto'
import { contrasting, formatColor, sameColor } from './color.js'
import { defaultQuality, type ImageParams } from './image.js'

/** The canonical path: `parse` gives the same parameters for it as for every spelling of the image. */
export function format(params: ImageParams, usualText: string): string {
  const options = writtenOptions(params, usualText).map(
    ([name, value]) => `${name}=${encodeURIComponent(value)}`,
  )
  return `/${[size(params), formatColor(params.background), params.format, ...options].join(',')}`
}

/** The object key below `generated/<generation>/`: `[A-Za-z0-9/-]` only, so nothing in it is ever encoded. */
export function formatKey(params: ImageParams, usualText: string): string {
  const options = writtenOptions(params, usualText).map(
    ([name, value]) => `${name}-${name === 'text' ? digest(value) : value}`,
  )
  return [size(params), formatColor(params.background), params.format, ...options].join('/')
}

/** The options that do not say the default, sorted by name. */
function writtenOptions(
  params: ImageParams,
  usualText: string,
): [name: 'fg' | 'q' | 'text', value: string][] {
  const { background, foreground, quality, text } = params
  const options: [name: 'fg' | 'q' | 'text', value: string][] = []
  if (text !== '' && !sameColor(foreground, contrasting(background)))
    options.push(['fg', formatColor(foreground)])
  if (quality !== undefined && quality !== defaultQuality(params.format)) options.push(['q', String(quality)])
  if (text !== usualText) options.push(['text', text])
  return options
}

function size({ width, height }: ImageParams): string {
  return `${width}x${height}`
}

/** The first 32 hex digits of the text's SHA-256: 128 bits, so that no two texts ever share a key. */
function digest(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex').slice(0, 32)
}
