import { GENERATED } from '../../handler/shared/contract.js'
import type { Explanation } from '../../handler/shared/explanation.js'
import type { Session } from '../aws/session.js'
import { usageError } from '../lib/errors.js'
import { listFolders, listObjects, type StoredObject } from '../resources/bucket-contents.js'

/** Which of the stored images are meant. */
export type Chosen =
  | { kind: 'all' }
  /** One image, in every generation. `rest`: its key behind `generated/<generation>/`. */
  | { kind: 'image'; path: string; rest: string }
  /** Every image whose path begins with these tokens. */
  | { kind: 'beginning'; path: string }

export const ALL: Chosen = { kind: 'all' }

/** A key that handler/key.ts made of a longer path: the last token of its readable part may be cut. */
const CUT_KEY = /^([A-Za-z0-9-]{80})\/[0-9a-f]{32}$/

/**
 * Reads what somebody wants of the stored images: a path that ends in `*`, or that only begins an image's
 * canonical path, means all images that begin so; any other image's path means that image.
 * @param explain what the package makes of a path; asked only where that decides.
 * @throws GenatoError BAD_BEGINNING for a beginning that keys can't tell from others.
 */
export async function readChosen(
  asked: string,
  explain: (path: string) => Promise<Explanation>,
): Promise<Chosen> {
  const path = asked.startsWith('/') ? asked : `/${asked}`
  if (path.endsWith('*')) return beginning(path.slice(0, -1))
  const meaning = await explain(path)
  if (meaning.kind !== 'image') return beginning(path)
  const { canonicalPath, key } = meaning
  const begins = canonicalPath.startsWith(path) && /^[,/]/.test(canonicalPath.slice(path.length))
  if (begins) return { kind: 'beginning', path }
  // A size alone, however it is spelled: what it leaves out is not asked for.
  const [first = ''] = canonicalPath.split(',')
  if (!path.includes(',') && first !== canonicalPath) return { kind: 'beginning', path: first }
  return { kind: 'image', path, rest: restOf(key) }
}

/** Keys drop all letters but ASCII's: `/é` would stand for everything, `/hello/é` for all of `/hello`. */
function beginning(given: string): Chosen {
  if (given === '/') return ALL
  const path = given.replace(/%(3\d|[46][1-9a-f]|[57][0-9a])/gi, decodeURIComponent)
  if (/[^\p{ASCII}]|%[89a-f][0-9a-f]/iu.test(path) || tokens(path) === '')
    throw usageError(
      'BAD_BEGINNING',
      `Images that begin with ${given} can't be found: of a path, their keys show A–Z, a–z and 0–9 only.`,
      'Write the whole path of an image, or a shorter beginning.',
    )
  return { kind: 'beginning', path }
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
      const wanted = tokens(chosen.path)
      return (key) => {
        const rest = restOf(key).replace(CUT_KEY, (_, readable: string) => readable.replace(/-?[^-]*$/, ''))
        const found = tokens(rest)
        return found === wanted || found.startsWith(`${wanted}-`)
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

/**
 * The stored images that are chosen, a page at a time. Only keys that begin as theirs are listed, in each
 * generation: one image of a million takes a few requests.
 * IAM: s3:ListBucket.
 */
export async function* listChosen(
  session: Session,
  bucket: string,
  chosen: Chosen,
): AsyncGenerator<StoredObject[]> {
  const matches = chooser(chosen)
  const folders = chosen.kind === 'all' ? [GENERATED] : await listFolders(session, bucket, GENERATED)
  for (const folder of folders)
    for await (const page of listObjects(session, bucket, `${folder}${startOf(chosen)}`))
      yield page.flatMap(({ Key = '', Size = 0 }) => (matches(Key) ? [{ Key, Size }] : []))
}

/** What their keys begin with behind the generation. */
function startOf(chosen: Chosen): string {
  if (chosen.kind === 'all') return ''
  if (chosen.kind === 'image') return chosen.rest
  // A generator's own key may begin with a sign.
  return /^\/([A-Za-z0-9]+)/.exec(chosen.path)?.[1] ?? ''
}

/** Counts the stored images that are chosen. IAM: s3:ListBucket. */
export async function countStored(session: Session, bucket: string, chosen: Chosen): Promise<Counted> {
  const generations = new Set<string>()
  const counted = { objects: 0, bytes: 0 }
  for await (const page of listChosen(session, bucket, chosen))
    for (const { Key, Size } of page) {
      counted.objects += 1
      counted.bytes += Size
      generations.add(Key.slice(GENERATED.length).split('/')[0] ?? '')
    }
  const none = counted.objects === 0 && chosen.kind !== 'all'
  const nearest = none ? await nearestStored(session, bucket, chosen.path) : undefined
  return { ...counted, generations: generations.size, nearest }
}

/** What is stored and shares the longest beginning with a path, without its digest. */
async function nearestStored(session: Session, bucket: string, path: string): Promise<string | undefined> {
  const wanted = tokens(path)
  let near = { rest: '', shared: 0 }
  for await (const page of listObjects(session, bucket, GENERATED))
    for (const { Key = '' } of page) {
      const rest = restOf(Key)
      const shared = sharedLength(wanted, tokens(rest))
      if (shared > near.shared) near = { rest, shared }
    }
  return near.shared > 0 ? readable(near.rest) : undefined
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
