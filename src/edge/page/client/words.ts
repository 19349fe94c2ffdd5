import type { Explained, RequestEntry } from '../messages.js'

export function sizeInWords(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(bytes < 10_000 ? 1 : 0)} kB`
  return `${(bytes / 1_000_000).toFixed(1)} MB`
}

export function timeInWords(ms: number): string {
  if (ms >= 10_000) return `${(ms / 1000).toFixed(1)} s`
  return ms < 10 ? `${Number(ms.toFixed(1))} ms` : `${Math.round(ms)} ms`
}

export function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString('en')} ${number === 1 ? one : many}`
}

/** CloudFront's word for where an answer came from, from its `X-Cache` header. */
export function cacheWord(header: string | null): string {
  return /^\w+/.exec(header ?? '')?.[0] ?? ''
}

/** What that word means for this answer. */
export function cacheInWords(word: string, status: number, entry: RequestEntry | undefined): string {
  switch (word) {
    case 'Hit':
      return 'From the cache of the edge. The function was not asked.'
    case 'RefreshHit':
      return 'The cached copy had expired. The bucket said that it is still right.'
    case 'Miss':
      if (entry?.function?.outcome === 'made')
        return 'Made for this request, and stored. The next one is a hit.'
      if (entry?.function?.outcome === 'hit')
        return 'Not in the cache, but stored already: taken from the bucket.'
      return 'Not in the cache: the function was asked, and the answer came from the bucket.'
    case 'LambdaGeneratedResponse':
    case 'LambdaExecutionError':
    case 'LambdaValidationError':
      return status >= 400
        ? 'The function answered by itself, without the bucket.'
        : 'The function’s own answer.'
    case 'Error':
      return status >= 500
        ? 'The edge could not get an answer.'
        : 'The edge’s answer, or one kept from before.'
    default:
      return ''
  }
}

/** What a path means, in one line. */
export function meaningInWords(explained: Explained, path: string): string {
  if (explained.kind === 'image')
    return explained.canonicalPath === path ? 'An image, written as it is stored.' : 'An image.'
  if (explained.kind === 'file')
    return 'A file of the bucket, no image of the generator’s: served if it is there.'
  if (explained.kind === 'folder') return 'Nothing: such a path is answered with 404.'
  if (explained.kind === 'rejected') return `${explained.code}: ${explained.message}`
  return explained.message
}

/** An image's alternative text: what the generator tells of it. */
export function altText(explained: Explained, path: string): string {
  if (explained.kind !== 'image') return `What ${path} gives.`
  const details = Object.entries(explained.details).filter(([name]) => name !== 'limits')
  return `The image: ${details.map(([name, value]) => `${name} ${value}`).join('; ')}.`
}
