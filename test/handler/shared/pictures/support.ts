import fc from 'fast-check'
import { characterOf } from '../grammar/support.js'
import { BadRequest } from '../../../../handler/shared/contract.js'
import { canonicalPicturePath, parsePicturePath } from '../../../../handler/shared/pictures/path.js'
import type { MountRules, PicturePath } from '../../../../handler/shared/pictures/path.js'

export const MOUNTS: ReadonlyMap<string, MountRules> = new Map(
  ['photos', 'art-2'].map((name) => [name, { name, limits: { side: 4096 } }]),
)

export function read(path: string): PicturePath {
  const parsed = parsePicturePath(path, MOUNTS)
  if (!parsed) throw new Error(`${path} is below no mount`)
  return parsed
}

/** The one spelling of what follows `/photos/`. */
export function spelling(rest: string): string {
  return canonicalPicturePath(read(`/photos/${rest}`)).slice('/photos/'.length)
}

/** The one spelling of the tokens of a rendition of `a.jpg`. */
export function tokens(given: string): string {
  return spelling(`${given}/a.jpg`).slice(0, -'/a.jpg'.length)
}

/** What a path is refused with: the code, and the sentence. */
export function refusal(path: string): { code: string; message: string } {
  try {
    read(path)
  } catch (error) {
    if (error instanceof BadRequest) return { code: error.code, message: error.message }
    throw error
  }
  throw new Error(`${path} is accepted`)
}

const whole = (min: number, max: number) => fc.integer({ min, max }).map(String)
const point = fc.constantFrom('0', '30', '50', '99', '100')
const optional = (arbitrary: fc.Arbitrary<string>) => fc.option(arbitrary, { nil: undefined })

const side = whole(1, 1365)
const size = fc
  .tuple(
    fc.oneof(
      fc.tuple(side, side),
      side.map((w) => [w, '']),
      side.map((h) => ['', h]),
    ),
    fc.constantFrom('', '@2x', '@3x'),
  )
  .map(([[width, height], scale]) => `${width}x${height}${scale}`)

const color = fc.oneof(
  fc.constantFrom(
    'white',
    'black',
    'transparent',
    'fff',
    'ffffffff',
    '000',
    'face',
    'FF8800',
    '%23ff8800',
    '12345600',
  ),
  whole(0, 0xffffff).map((value) => Number(value).toString(16).padStart(6, '0')),
)

/** Tokens that are right alone, in any combination. */
const anyTokens = fc
  .tuple(
    size,
    fc.record({
      fit: optional(fc.constantFrom('cover', 'contain', 'inside')),
      place: optional(
        fc.oneof(
          fc.constantFrom('center', 'centre', 'top', 'bottom', 'left', 'right'),
          fc.constantFrom('topleft', 'topright', 'bottomleft', 'bottomright', 'smart', 'faces'),
          whole(1, 15).map((index) => `face=${index}`),
          fc.tuple(point, point).map(([x, y]) => `at=${x}x${y}`),
        ),
      ),
      pad: optional(whole(0, 200).map((percent) => `pad=${percent}`)),
      crop: optional(
        fc
          .tuple(whole(1, 99_999), whole(1, 99_999), whole(0, 99_999), whole(0, 99_999))
          .map(([width, height, left, top]) => `crop=${width}x${height}+${left}+${top}`),
      ),
      background: optional(color),
      format: optional(fc.constantFrom('jpg', 'jpeg', 'png', 'webp', 'avif', 'gif', 'auto', 'json')),
      quality: optional(fc.oneof(whole(1, 100), fc.constantFrom('80', '50')).map((value) => `q=${value}`)),
      rotate: optional(fc.constantFrom('rotate=90', 'rotate=180', 'rotate=270')),
      flop: optional(fc.constant('flop')),
      flip: optional(fc.constant('flip')),
      mono: optional(fc.constant('mono')),
      sharpen: optional(fc.constant('sharpen')),
      still: optional(fc.constant('still')),
      enlarge: optional(fc.constant('enlarge')),
      blur: optional(whole(1, 100).map((sigma) => `blur=${sigma}`)),
      version: optional(fc.stringMatching(/^[A-Za-z0-9.-]{1,40}$/).map((text) => `v=${text}`)),
    }),
  )
  .map(([head, chosen]) => [head, ...Object.values(chosen).filter((token) => token !== undefined)])

/** The tokens of a rendition, its size first. Those that contradict earlier ones are left out. */
export const validTokens = anyTokens.map((given) =>
  given.reduce<string[]>((before, token) => {
    const more = [...before, token]
    return isConflict(more) ? before : more
  }, []),
)

function isConflict(given: readonly string[]): boolean {
  try {
    tokens(given.join(','))
    return false
  } catch (error) {
    if (error instanceof BadRequest && error.code === 'CONFLICT') return true
    throw error
  }
}

const segment = fc
  .oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }),
    fc.string({
      unit: characterOf('~%+,= aZ9.-_!*()\'&?#@:;$"<>ü€😀\u0301\u00a0\n'),
      minLength: 1,
      maxLength: 20,
    }),
  )
  .map((text) => text.replace(/[\0\\/]/g, '_'))
  .filter((text) => text !== '.' && text !== '..')

/** Keys of originals, with whatever characters S3 allows. */
export const originalKey = fc
  .array(segment, { minLength: 1, maxLength: 4 })
  .map((segments) => segments.join('/'))
