/** A part of a body: its first byte and its last. */
export interface Range {
  first: number
  last: number
}

/** More of them in one request are taken for nonsense: every part costs a header of its own. */
const MOST = 100

/**
 * The parts that a Range header asks for.
 *
 * CloudFront sends the whole object instead where the ranges are not in ascending order, overlap, or are not
 * valid. Source: CloudFront developer guide, "How CloudFront processes partial requests for an object".
 * @param size of the body, in bytes.
 * @returns 'whole' to send everything, 'unsatisfiable' for 416.
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
    // Of the last 0 bytes there are none, and so none of an empty body.
    return { first: Number(suffix) === 0 ? size : Math.max(0, size - Number(suffix)), last: size - 1 }
  const [, first, last] = /^(\d+)-(\d*)$/.exec(text) ?? []
  if (first === undefined || (last && Number(last) < Number(first))) return undefined
  return { first: Number(first), last: last ? Math.min(Number(last), size - 1) : size - 1 }
}
