import { createHash } from 'node:crypto'
import { GENERATED, type Generator } from '../shared/contract.js'

const MAX_KEY_BYTES = 1024
const SAFE = /^[A-Za-z0-9._~-]+(\/[A-Za-z0-9._~-]+)*$/

/**
 * Writes the object key of an image: `generated/<generation>/…`. No character needs encoding, so that the signature
 * of the PUT, CloudFront's request, the access control's signature and S3 can't disagree.
 * @throws a RangeError if the generator's `key` has other characters, or is too long.
 */
export function objectKey<P>(generator: Generator<P>, generation: string, params: P): string {
  const own = generator.key?.(params) ?? derivedKey(generator.format(params))
  const key = `${GENERATED}${generation}/${own}`
  const dots = own.split('/').some((segment) => segment === '.' || segment === '..')
  if (!SAFE.test(own) || dots || key.length > MAX_KEY_BYTES)
    throw new RangeError(
      `The generator's key ${JSON.stringify(own.slice(0, 200))} must consist of A–Z, a–z, 0–9, ".", "_", "~", "-" and single slashes, and the whole key may have at most ${MAX_KEY_BYTES} bytes.`,
    )
  return key
}

/** Starts with a readable part and ends with 128 bits of the canonical path's digest, which makes it unique. */
function derivedKey(canonicalPath: string): string {
  const readable = canonicalPath
    .replace(/(%[0-9A-Fa-f]{2}|[^A-Za-z0-9])+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 80)
  return `${readable || 'image'}/${createHash('sha256').update(canonicalPath, 'utf8').digest('hex').slice(0, 32)}`
}
