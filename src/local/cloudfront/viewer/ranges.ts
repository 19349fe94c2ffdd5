/** A part of a body, by its first and last byte. */
export interface Range {
  first: number
  last: number
}

/** A request for more ranges gets the whole body: each part costs its own header. */
const MOST = 100

/**
 * The parts that a Range header asks for.
 *
 * CloudFront sends the whole object instead if the ranges are invalid, overlap, or are not in ascending
 * order. Source: CloudFront developer guide, "How CloudFront processes partial requests for an object".
 * @param size of the body, in bytes.
 * @returns 'whole' to send everything; 'unsatisfiable' for 416.
 */
export function readRanges(header: string, size: number): Range[] | 'whole' | 'unsatisfiable' {
  const list = /^bytes=(.*)$/i.exec(header.trim())?.[1]?.split(',')
  if (!list || list.length > MOST) return 'whole'
  const ranges: Range[] = []
  for (const text of list) {
    const range = readRange(text.trim(), size)
    if (!range) return 'whole'
    ranges.push(range)
  }
  const within = ranges.filter(({ first }) => first < size)
  if (within.length === 0) return 'unsatisfiable'
  return within.every(({ first }, index) => index === 0 || first > (within[index - 1]?.last ?? 0))
    ? within
    : 'whole'
}

function readRange(text: string, size: number): Range | undefined {
  const suffix = /^-(\d+)$/.exec(text)?.[1]
  if (suffix !== undefined)
    // The last 0 bytes, and any last bytes of an empty body, are no range.
    return { first: Number(suffix) === 0 ? size : Math.max(0, size - Number(suffix)), last: size - 1 }
  const [, first, last] = /^(\d+)-(\d*)$/.exec(text) ?? []
  if (first === undefined || (last && Number(last) < Number(first))) return undefined
  return { first: Number(first), last: last ? Math.min(Number(last), size - 1) : size - 1 }
}
