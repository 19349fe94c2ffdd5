import { SigningError } from './signing-error.js'

/** As long as the digest of HMAC-SHA256. */
const FEWEST_BYTES = 32

/** Of 32 random bytes, nearly all differ. Fewer than 16 different ones don't happen. */
const FEWEST_DIFFERENT = 16

/**
 * Reads a key, written in base64url as genato makes it.
 * @throws {SigningError} BAD_KEY for a key that is not base64url, too short, or not random.
 */
export function readSigningKey(key: string): Uint8Array<ArrayBuffer> {
  if (typeof key !== 'string' || !/^[\w-]+$/.test(key))
    throw new SigningError('BAD_KEY', 'The key is not base64url: letters, digits, - and _ only.')
  const bytes = decodeBase64Url(key)
  if (bytes.length < FEWEST_BYTES)
    throw new SigningError(
      'BAD_KEY',
      `The key is ${bytes.length} bytes long: use at least ${FEWEST_BYTES} random bytes, which are 43 characters of base64url.`,
    )
  if (new Set(bytes).size < FEWEST_DIFFERENT)
    throw new SigningError('BAD_KEY', 'The key is not random: too many of its bytes are the same.')
  return bytes
}

function decodeBase64Url(key: string): Uint8Array<ArrayBuffer> {
  try {
    const binary = atob(key.replaceAll('-', '+').replaceAll('_', '/'))
    return Uint8Array.from(binary, (character) => character.charCodeAt(0))
  } catch {
    throw new SigningError('BAD_KEY', 'The key is not base64url: a character is missing or too many.')
  }
}
