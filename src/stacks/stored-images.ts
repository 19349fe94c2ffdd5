import { GENERATED } from '../../handler/contract.js'
import type { Explanation } from '../../handler/explanation.js'
import type { Session } from '../aws/session.js'
import { listObjects } from '../resources/objects.js'

/** Which of the stored images are meant. */
export type Chosen =
  | { kind: 'all' }
  /** One image, in every generation. `rest`: its key behind `generated/<generation>/`. */
  | { kind: 'image'; path: string; rest: string }
  /** Every image whose path begins with these tokens. */
  | { kind: 'beginning'; path: string }

export const ALL: Chosen = { kind: 'all' }

/** The longest readable part of a key that handler/key.ts makes of a path. */
const MOST_READABLE = 80

/**
 * Reads what somebody wants of the stored images: a path that ends in `*`, or that only begins an image's
 * canonical path, means all images that begin so; any other image's path means that image.
 * @param explain what the package makes of a path; asked only where that decides.
 */
export async function readChosen(
  asked: string,
  explain: (path: string) => Promise<Explanation>,
): Promise<Chosen> {
  const path = asked.startsWith('/') ? asked : `/${asked}`
  if (path.endsWith('*')) return { kind: 'beginning', path: path.slice(0, -1) }
  const meaning = await explain(path)
  if (meaning.kind !== 'image') return { kind: 'beginning', path }
  const { canonicalPath, key } = meaning
  const begins = canonicalPath.startsWith(path) && /^[,/]/.test(canonicalPath.slice(path.length))
  if (begins) return { kind: 'beginning', path }
  // A size alone, however it is spelled: what it leaves out is not asked for.
  const [first = ''] = canonicalPath.split(',')
  if (!path.includes(',') && first !== canonicalPath) return { kind: 'beginning', path: first }
  return { kind: 'image', path, rest: restOf(key) }
}

/** A key without `generated/<generation>/`. */
function restOf(key: string): string {
  return key.slice(GENERATED.length).replace(/^[^/]*\//, '')
}

/** Keys spell what parts a path's tokens in one of two ways, so both are compared with dashes between tokens. */
function tokens(text: string): string {
  return text.replace(/(%[0-9A-Fa-f]{2}|[^A-Za-z0-9])+/g, '-').replace(/^-|-$/g, '')
}

/** @returns whether a key is one of those chosen. */
export function chooser(chosen: Chosen): (key: string) => boolean {
  switch (chosen.kind) {
    case 'all':
      return () => true
    case 'image':
      return (key) => restOf(key) === chosen.rest
    case 'beginning': {
      const all = tokens(chosen.path)
      const wanted = all.slice(0, MOST_READABLE)
      const cut = wanted.length < all.length
      return (key) => {
        const rest = tokens(restOf(key))
        return rest.startsWith(wanted) && (cut || wanted === '' || /^(-|$)/.test(rest.slice(wanted.length)))
      }
    }
    default:
      return chosen satisfies never
  }
}

export interface Counted {
  objects: number
  bytes: number
  /** How many generations they are of. */
  generations: number
  /** What is stored and most like what was asked for, where nothing matches: the readable part of a key. */
  nearest: string | undefined
}

/** Counts the stored images that are chosen. IAM: s3:ListBucket. */
export async function countStored(session: Session, bucket: string, chosen: Chosen): Promise<Counted> {
  const matches = chooser(chosen)
  const wanted = chosen.kind === 'all' ? '' : tokens(chosen.path)
  const generations = new Set<string>()
  const counted = { objects: 0, bytes: 0 }
  let near = { rest: '', shared: 0 }
  for await (const page of listObjects(session, bucket, GENERATED))
    for (const { Key = '', Size = 0 } of page) {
      if (matches(Key)) {
        counted.objects += 1
        counted.bytes += Size
        generations.add(Key.slice(GENERATED.length).split('/')[0] ?? '')
      } else if (counted.objects === 0) {
        const shared = sharedLength(wanted, tokens(restOf(Key)))
        if (shared > near.shared) near = { rest: restOf(Key), shared }
      }
    }
  const nearest = counted.objects === 0 && near.shared > 0 ? readable(near.rest) : undefined
  return { ...counted, generations: generations.size, nearest }
}

function sharedLength(one: string, other: string): number {
  let length = 0
  while (length < one.length && one[length] === other[length]) length += 1
  return length
}

/** Without the digest that tells texts and long paths apart. */
function readable(rest: string): string {
  return rest.replace(/[/-][0-9a-f]{32}$/, '')
}
