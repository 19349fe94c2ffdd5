import { count } from '../../../lib/text.js'
import { timeText } from '../../../lib/units.js'
import { detailRows } from '../detail-rows.js'
import type { Explained, Rebuilt } from '../messages.js'

/** CloudFront's word for where an answer came from, from its `X-Cache` header. */
export function cacheWord(header: string | null): string {
  return /^\w+/.exec(header ?? '')?.[0] ?? ''
}

/** What a path means, in one line. */
export function meaningInWords(explained: Explained, path: string): string {
  if (explained.kind === 'image')
    return (
      explained.warning ??
      (explained.canonicalPath === path ? 'An image, written as it is stored.' : 'An image.')
    )
  if (explained.kind === 'file')
    return `A file of the bucket, no image of the generator’s: served if it is there.${explained.suggestion === undefined ? '' : ` An image would be ${explained.suggestion}`}`
  if (explained.kind === 'folder') return 'Nothing: such a path is answered with 404.'
  if (explained.kind === 'rejected') return `${explained.code}: ${explained.message}`
  return explained.message
}

/** What stands at `/`, which can't be asked for here. */
export const ROOT_IN_WORDS = '“/” is this page, which is only here. On AWS it is answered with 404.'

/** An image's alternative text: what the generator tells of it. */
export function altText(explained: Explained, path: string): string {
  if (explained.kind !== 'image') return `What ${path} gives.`
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
