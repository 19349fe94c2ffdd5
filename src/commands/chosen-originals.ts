import { BadRequest } from '../../handler/shared/contract.js'
import { operationsKey } from '../../handler/shared/pictures/key.js'
import type { Operations } from '../../handler/shared/pictures/operations.js'
import { parsePicturePath } from '../../handler/shared/pictures/path.js'
import { servedMounts, type Chosen, type StoredRendition } from '../dev/pictures/renditions.js'
import type { Settings } from '../config/types.js'
import { usageError } from '../lib/errors.js'
import { pictureAnsweredSo } from './explain.js'
import { urlPath } from './url-path.js'

/** What a user named: originals, or some renditions of one. */
export interface ChosenOriginals {
  originals: Chosen
  /** As the user may write it again: `photos/cats/tom.jpg`. */
  text: string
  /** Only these operations, as they are written in keys, with `auto` unresolved. */
  operations?: string
}

/** The names of the mounts that are configured, or that `genato dev --originals` served from this folder of data. */
export async function knownMounts(
  { originals }: Pick<Settings, 'originals'>,
  data: string,
): Promise<ReadonlySet<string>> {
  return new Set([...originals.mounts.map(({ name }) => name), ...(await servedMounts(data))])
}

/**
 * Reads what a user named. `photos/a b.jpg` is a mount and the key of an original as it is; `/photos/a%20b.jpg` and
 * `/photos/400x300/a%20b.jpg` are URLs. What ends in a slash means all below it.
 * @returns `undefined` if it is below no mount.
 * @throws GenatoError BAD_PATH, and the codes of a wrong URL.
 */
export function readOriginalsArgument(
  given: string,
  mounts: ReadonlySet<string>,
): ChosenOriginals | undefined {
  return /^(\/|[a-z][a-z0-9+.-]*:\/\/)/i.test(given) ? readUrl(given, mounts) : readRaw(given, mounts)
}

function readRaw(given: string, mounts: ReadonlySet<string>): ChosenOriginals | undefined {
  const slash = given.indexOf('/')
  const mount = slash === -1 ? given : given.slice(0, slash)
  if (!mounts.has(mount)) return undefined
  const key = slash === -1 ? '' : given.slice(slash + 1)
  const originals = key === '' || key.endsWith('/') ? { mount, prefix: key } : { mount, key }
  return { originals, text: slash === -1 ? `${given}/` : given }
}

function readUrl(given: string, mounts: ReadonlySet<string>): ChosenOriginals | undefined {
  const path = urlPath(given)
  const mount = /^\/([^/]*)/.exec(path)?.[1] ?? ''
  if (!mounts.has(mount)) return undefined
  if (path.endsWith('/')) {
    const prefix = decoded(path.slice(mount.length + 2))
    return { originals: { mount, prefix }, text: `${mount}/${prefix}` }
  }
  try {
    const parsed = parsePicturePath(path, new Map([[mount, { name: mount, limits: { side: Infinity } }]]))
    if (!parsed) return { originals: { mount, prefix: '' }, text: `${mount}/` }
    const { key } = parsed
    return {
      originals: { mount, key },
      text: `${mount}/${key}`,
      ...(parsed.kind === 'rendition' ? { operations: operationsKey(parsed.operations) } : {}),
    }
  } catch (error) {
    if (error instanceof BadRequest)
      throw usageError(error.code, error.message, pictureAnsweredSo(error.code))
    throw error
  }
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    throw usageError(
      'BAD_PATH',
      `${path} is not percent-encoded UTF-8.`,
      'Without the first slash, it is taken as it is.',
    )
  }
}

/** Whether a rendition has these operations. `auto` stands for all that was made of it. */
export function hasOperations({ operations }: Pick<StoredRendition, 'operations'>, wanted: string): boolean {
  return operationsKey(undecided(operations)) === wanted
}

/** With `auto` as a viewer writes it. */
export function undecided(operations: Operations): Operations {
  return operations.format.kind === 'auto' ? { ...operations, format: { kind: 'auto' } } : operations
}
