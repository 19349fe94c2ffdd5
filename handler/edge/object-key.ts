import { createHash } from 'node:crypto'
import { GENERATED, type Generator } from '../shared/contract.js'

const MAX_KEY_BYTES = 1024
const SAFE = /^[A-Za-z0-9._~-]+(\/[A-Za-z0-9._~-]+)*$/

/**
 * What an image is stored under: `generated/<generation>/…`. Nothing in it needs encoding, so that the
 * PUT's signature, CloudFront's request, the access control's signature and S3 can't disagree.
 * @throws a RangeError if the generator's own `key` is not of that kind.
 */
export function objectKey<P>(generator: Generator<P>, generation: string, params: P): string {
  const own = generator.key?.(params) ?? derivedKey(generator.format(params))
  const key = `${GENERATED}${generation}/${own}`
  const dots = own.split('/').some((segment) => segment === '.' || segment === '..')
  if (!SAFE.test(own) || dots || key.length > MAX_KEY_BYTES)
    throw new RangeError(
      `The generator's key ${JSON.stringify(own.slice(0, 200))} is not made of A–Z, a–z, 0–9, ".", "_", "~", "-" and single slashes, at most ${MAX_KEY_BYTES} bytes in all.`,
    )
  return key
}

/** Readable at its start, told apart by its end: 128 bits of the canonical path's digest. */
function derivedKey(canonicalPath: string): string {
  const readable = canonicalPath
    .replace(/(%[0-9A-Fa-f]{2}|[^A-Za-z0-9])+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 80)
  return `${readable || 'image'}/${createHash('sha256').update(canonicalPath, 'utf8').digest('hex').slice(0, 32)}`
}
