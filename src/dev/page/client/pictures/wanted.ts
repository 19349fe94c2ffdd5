import { BadRequest } from '../../../../../handler/shared/contract.js'
import { isWord } from '../../../../../handler/shared/grammar/token.js'
import { writtenTokens } from '../../../../../handler/shared/grammar/written-tokens.js'
import { encodeSegments } from '../../../../../handler/shared/pictures/encode-segments.js'
import { PICTURE_GRAMMAR } from '../../../../../handler/shared/pictures/grammar.js'
import { COMPASS, DEFAULT_QUALITY } from '../../../../../handler/shared/pictures/operations.js'
import {
  canonicalPicturePath,
  parsePicturePath,
  type MountRules,
  type PicturePath,
} from '../../../../../handler/shared/pictures/path.js'
import type { MountAbout } from '../../messages.js'

export type Rendition = Extract<PicturePath, { kind: 'rendition' }>
export type Mounts = ReadonlyMap<string, MountRules>

/** A URL of a stored picture as the form shows it. Every value is text as it was written, neither checked nor corrected. */
export interface WantedPicture {
  mount: string
  /** Of the original, decoded. */
  key: string
  /** Empty: it follows from the other side. */
  width: string
  height: string
  /** By the names of the grammar's rows. A missing or empty one is left out. */
  tokens: Readonly<Record<string, string>>
}

export function rulesOf(mounts: readonly MountAbout[]): Mounts {
  return new Map(mounts.map(({ name, side }) => [name, { name, limits: { side } }]))
}

/** The mount that a path lies below, whether the rest of it is right or wrong. */
export function mountNameOf(path: string): string {
  return /^\/([^/]*)\//.exec(path)?.[1] ?? ''
}

/** @returns `undefined` for a path that is wrong, or no rendition's. The service explains it. */
export function parseRendition(path: string, mounts: Mounts): Rendition | undefined {
  try {
    const parsed = parsePicturePath(path, mounts)
    return parsed?.kind === 'rendition' ? parsed : undefined
  } catch (error) {
    if (error instanceof BadRequest) return undefined
    throw error
  }
}

/** @returns the path unchanged if it has no other spelling. */
export function oneSpelling(path: string, mounts: Mounts): string {
  const parsed = parseRendition(path, mounts)
  return parsed ? canonicalPicturePath(parsed) : path
}

export function readWanted({ mount, key, operations }: Rendition): WantedPicture {
  const written = writtenTokens(PICTURE_GRAMMAR, operations, { limits: { side: 0 } })
  return {
    mount,
    key,
    width: String(operations.width ?? ''),
    height: String(operations.height ?? ''),
    tokens: Object.fromEntries(written.map(([row, value]) => [row.name, value])),
  }
}

/** Writes the one spelling. A wrong value stays wrong in the path, and the service explains it. */
export function writeWanted(wanted: WantedPicture, mounts: Mounts): string {
  const { mount, key, width, height, tokens } = wanted
  const idle = idleTokens(wanted)
  const written = PICTURE_GRAMMAR.canonicalOrder.flatMap((row) => {
    const value = (tokens[row.name] ?? '').trim()
    if (value === '' || idle.has(row.name)) return []
    return isWord(row) ? value : `${row.name}=${value}`
  })
  const segments = [mount, [`${width}x${height}`, ...written].join(','), ...key.split('/')]
  return oneSpelling(encodeSegments(segments.map((segment) => segment.toWellFormed())), mounts)
}

/** The tokens that mean nothing beside the others, and would be refused: the form hides them, and leaves them out. */
export function idleTokens({ width, height, tokens }: WantedPicture): ReadonlySet<string> {
  const { fit = '', place = '', format = '' } = tokens
  const oneSided = width.trim() === '' || height.trim() === ''
  const placeless =
    oneSided || fit === 'inside' || (fit === 'contain' && !['', 'center', ...COMPASS].includes(place))
  const byFaces = !placeless && isFaces(place)
  const idle: Readonly<Record<string, boolean>> = {
    fit: oneSided,
    place: placeless,
    pad: !byFaces,
    crop: byFaces,
    q: format !== 'auto' && !Object.hasOwn(DEFAULT_QUALITY, format),
    still: ['jpg', 'png', 'avif'].includes(format),
    background: format === 'json',
  }
  return new Set(Object.keys(idle).filter((name) => idle[name]))
}

/** Whether this is `faces`, or `face=2`. */
export function isFaces(place: string): boolean {
  return /^face(s$|=)/.test(place)
}

/** The same picture's facts, as the service knows them. */
export function factsPath({ operations, ...rest }: Rendition): string {
  return canonicalPicturePath({
    ...rest,
    operations: { ...operations, format: { kind: 'json' }, quality: undefined, background: undefined },
  })
}
