import { BadRequest } from '../contract.js'
import { quote } from '../grammar/encoding.js'
import { canonicalPicturePath, parsePicturePath } from './path.js'
import { respell, signedText } from './signed-text.js'
import { SigningError } from './signing-error.js'
import { readSigningKey } from './signing-key.js'
import { looksLikePictureSize } from './size.js'

export interface SignOptions {
  /** At least 32 random bytes in base64url. */
  readonly key: string
  /**
   * When the signature stops working: a date, unix seconds, or a time from now such as `30s`, `10m`, `1h`, `7d`.
   * By default, it works until the key is replaced.
   */
  readonly expires?: Date | number | string | undefined
}

/** 132 bits of the 256. */
const SIGNATURE_CHARACTERS = 22

/** The mount's own limit is the service's to check. */
const LONGEST_SIDE = 99_999

/**
 * Signs a path. Uses WebCrypto, and nothing of Node.
 * @param path percent-encoded, starting with `/`, without a query.
 * @returns the path in its one spelling, with `?sig=…` or `?exp=…&sig=…`.
 * @throws {SigningError}
 */
export async function signPath(path: string, { key, expires }: SignOptions): Promise<string> {
  const one = oneSpelling(path)
  const bytes = readSigningKey(key)
  const exp = expires === undefined ? undefined : unixSeconds(expires, Date.now())
  const signature = await sign(bytes, signedText(one, exp))
  return `${one}?${exp === undefined ? '' : `exp=${exp}&`}sig=${signature}`
}

async function sign(key: Uint8Array<ArrayBuffer>, text: string): Promise<string> {
  // Browsers have it in secure contexts only.
  if ((globalThis.crypto as Partial<typeof globalThis.crypto> | undefined)?.subtle === undefined)
    throw new SigningError(
      'NO_WEBCRYPTO',
      'There is no WebCrypto here: use a server, or a page on https or localhost.',
    )
  const { subtle } = globalThis.crypto
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const imported = await subtle.importKey('raw', key, algorithm, false, ['sign'])
  const digest = new Uint8Array(await subtle.sign('HMAC', imported, new TextEncoder().encode(text)))
  return btoa(String.fromCharCode(...digest))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .slice(0, SIGNATURE_CHARACTERS)
}

/** A stored picture's one spelling, because the service refuses all others. Any other path keeps its tokens. */
function oneSpelling(path: string): string {
  refuseOtherThanPath(path)
  const respelled = respellOrRefuse(path)
  try {
    return pictureSpelling(path) ?? respelled
  } catch (error) {
    if (error instanceof BadRequest) throw new SigningError(error.code, error.message)
    throw error
  }
}

/** @returns `undefined` if the second segment is no size. */
function pictureSpelling(path: string): string | undefined {
  const [, name = '', second = ''] = /^\/([a-z][a-z\d-]*)\/([^/]+)/.exec(path) ?? []
  const [size = ''] = decodeURIComponent(second).split(',', 1)
  if (!looksLikePictureSize(size)) return undefined
  const mount = { name, limits: { side: LONGEST_SIDE } }
  const parsed = parsePicturePath(path, new Map([[name, mount]]))
  return parsed && canonicalPicturePath(parsed)
}

/** Users of plain JavaScript may give a `URL`. */
function refuseOtherThanPath(path: unknown): asserts path is string {
  if (typeof path !== 'string' || !path.startsWith('/') || path.startsWith('//'))
    throw new SigningError(
      'BAD_PATH',
      `${quote(String(path))} is not a path: write it without the host, starting with one slash.`,
    )
  const [wrong] = /[?#]/.exec(path) ?? []
  if (wrong !== undefined)
    throw new SigningError(
      'BAD_PATH',
      `${quote(path)} contains a ${wrong}: sign the path alone, and write ${wrong} in a name as ${encodeURIComponent(wrong)}.`,
    )
}

function respellOrRefuse(path: string): string {
  let respelled: string
  let segments: string[]
  try {
    respelled = respell(path)
    segments = path.split('/').map(decodeURIComponent)
  } catch {
    throw new SigningError(
      'BAD_PATH',
      `${quote(path)} is not percent-encoded UTF-8: write % as %25, and every other byte as % and two hex digits.`,
    )
  }
  // Browsers resolve them, also if they are encoded, and then the signature is wrong.
  if (segments.some((segment) => segment === '.' || segment === '..') || path.includes('\\'))
    throw new SigningError(
      'BAD_PATH',
      `${quote(path)} contains a . or .. segment or a backslash, which browsers rewrite: leave it out.`,
    )
  return respelled
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

/** Later than any date in seconds that is meant, and earlier than any in milliseconds. */
const MILLISECONDS_FROM = 100_000_000_000

function unixSeconds(expires: Date | number | string, now: number): number {
  const seconds = toSeconds(expires, now)
  if (!Number.isSafeInteger(seconds) || seconds <= 0)
    throw new SigningError(
      'BAD_EXPIRES',
      `${quote(String(expires))} is not a time: give a Date, unix seconds, or a time from now such as 30s, 10m, 1h or 7d.`,
    )
  if (seconds >= MILLISECONDS_FROM)
    throw new SigningError(
      'BAD_EXPIRES',
      `${seconds} is too late: give unix seconds, not milliseconds, or a Date.`,
    )
  if (seconds * 1000 <= now)
    throw new SigningError('BAD_EXPIRES', `${new Date(seconds * 1000).toISOString()} is in the past.`)
  return seconds
}

function toSeconds(expires: Date | number | string, now: number): number {
  if (typeof expires === 'number') return expires
  if (expires instanceof Date) return Math.floor(expires.getTime() / 1000)
  const [, amount, unit = ''] = /^(\d{1,5})([smhd])$/.exec(expires) ?? []
  return Math.floor(now / 1000) + Number(amount) * (SECONDS[unit] ?? Number.NaN)
}
