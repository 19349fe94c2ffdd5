import type { Detail } from '../../../handler/shared/explanation.js'

/**
 * A generator's description of an image, for people, such as `size  640 × 480 pixels`. The terminal and the page share
 * it, so it uses no API of Node or of the browser.
 */
export function detailRows(details: Readonly<Record<string, Detail>>): [name: string, value: string][] {
  const { width, height } = details
  const sized = typeof width === 'number' && typeof height === 'number'
  return Object.entries(details)
    .filter(([name]) => !(sized && name === 'height'))
    .map(([name, value]) =>
      sized && name === 'width'
        ? ['size', `${width} × ${height} pixels`]
        : [inWords(name), valueInWords(value)],
    )
}

/** `contentType` as `content type`. */
function inWords(name: string): string {
  return name.replace(
    /([a-z0-9])([A-Z])/g,
    (_, end: string, start: string) => `${end} ${start.toLowerCase()}`,
  )
}

function valueInWords(value: Detail): string {
  if (value === null) return 'none'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value !== 'object') return String(value)
  return Object.entries(value)
    .map(([name, part]) => `${inWords(name)} ${valueInWords(part)}`)
    .join(', ')
}
