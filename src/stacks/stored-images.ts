import { GENERATED } from '../../handler/shared/contract.js'
import type { Explanation } from '../../handler/shared/explanation.js'
import type { Session } from '../aws/session.js'
import { usageError } from '../lib/errors.js'
import { listFolders, listObjects, type StoredObject } from '../resources/bucket-contents.js'

/** Which stored images a command acts on. */
export type Chosen =
  | { kind: 'all' }
  /** One image, in every generation. `rest`: its key after `generated/<generation>/`. */
  | { kind: 'image'; path: string; rest: string }
  /** Every image whose path begins with these tokens. */
  | { kind: 'beginning'; path: string }

export const ALL: Chosen = { kind: 'all' }

/** A key whose path was too long for handler/edge/object-key.ts: the last token of its readable part may be cut off. */
const CUT_KEY = /^([A-Za-z0-9-]{80})\/[0-9a-f]{32}$/

/**
 * Reads which images a path chooses. A path that ends in `*`, or that is only the beginning of an image's canonical
 * path, chooses all images that begin with it. Any other path of an image chooses that image.
 * @param explain asks the package about a path. Not called for a path with `*`.
 * @throws GenatoError BAD_BEGINNING for a beginning that can't be recognised in keys.
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
  // A size alone, however it is spelled, chooses all images of that size.
  const [first = ''] = canonicalPath.split(',')
  if (!path.includes(',') && first !== canonicalPath) return { kind: 'beginning', path: first }
  return { kind: 'image', path, rest: restOf(key) }
}

/** Keys drop every letter that isn't ASCII: `/é` would choose everything, and `/hello/é` all of `/hello`. */
function beginning(given: string): Chosen {
  if (given === '/') return ALL
  const path = given.replace(/%(3\d|[46][1-9a-f]|[57][0-9a])/gi, decodeURIComponent)
  if (/[^\p{ASCII}]|%[89a-f][0-9a-f]/iu.test(path) || tokens(path) === '')
    throw usageError(
      'BAD_BEGINNING',
      `Images that begin with ${given} can't be found: their keys contain only A–Z, a–z and 0–9 of a path.`,
      'Write the whole path of an image, or a shorter beginning.',
    )
  return { kind: 'beginning', path }
}

/** A key without `generated/<generation>/`. */
function restOf(key: string): string {
  return key.slice(GENERATED.length).replace(/^[^/]*\//, '')
}

/** Keys separate a path's tokens in one of two ways, so both are compared with dashes between tokens. */
function tokens(text: string): string {
  return text.replace(/(%[0-9A-Fa-f]{2}|[^A-Za-z0-9])+/g, '-').replace(/^-|-$/g, '')
}

/** @returns a function that says whether a key is chosen. */
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
  /** How many generations they belong to. */
  generations: number
  /** If nothing matches: the readable part of the stored key that is most like the path. */
  nearest: string | undefined
}

/**
 * Yields the chosen images page by page. Lists only keys that begin as theirs do, in each generation, so finding one
 * image of a million takes a few requests.
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

/** How their keys begin after the generation. */
function startOf(chosen: Chosen): string {
  if (chosen.kind === 'all') return ''
  if (chosen.kind === 'image') return chosen.rest
  // A key that the generator chose may begin with a character that the path lacks.
  return /^\/([A-Za-z0-9]+)/.exec(chosen.path)?.[1] ?? ''
}

/** Counts the chosen images. */
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

/** Finds the stored key that shares the longest beginning with a path. @returns it without its digest. */
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

/** Removes the digest, which distinguishes texts and long paths. */
function readable(rest: string): string {
  return rest.replace(/[/-][0-9a-f]{32}$/, '')
}
