import { count } from '../../../lib/text.js'
import { timeText } from '../../../lib/units.js'
import { detailRows } from '../detail-rows.js'
import type { Explained, Rebuilt } from '../messages.js'

/** The first word of the `X-Cache` header: where CloudFront got the response. */
export function cacheWord(header: string | null): string {
  return /^\w+/.exec(header ?? '')?.[0] ?? ''
}

/** What a path means, in one line. */
export function meaningInWords(explained: Explained, path: string): string {
  if (explained.kind === 'image')
    return (
      explained.warning ??
      (explained.canonicalPath === path ? 'An image, in its canonical form.' : 'An image.')
    )
  if (explained.kind === 'file')
    return `A file, not an image: served if the bucket has it.${explained.suggestion === undefined ? '' : ` An image would be ${explained.suggestion}`}`
  if (explained.kind === 'folder') return 'Nothing: the response is 404.'
  if (explained.kind === 'rejected') return `${explained.code}: ${explained.message}`
  return explained.message
}

/** What `/` means, which can't be requested here. */
export const ROOT_IN_WORDS = '“/” is this page, which only exists here. On AWS the response is 404.'

/** An image's alternative text: the generator's description. */
export function altText(explained: Explained, path: string): string {
  if (explained.kind !== 'image') return `The response to ${path}.`
  const details = detailRows(explained.details).filter(([name]) => name !== 'limits')
  return `The image: ${details.map(([name, value]) => `${name} ${value}`).join('; ')}.`
}

export function rebuiltInWords({ file, ms, dropped }: Rebuilt): string {
  return [
    `${file} changed`,
    timeText(ms),
    ...(dropped > 0 ? [`${count(dropped, 'image')} dropped`] : []),
  ].join(' · ')
}
