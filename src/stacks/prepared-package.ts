import type { Session } from '../aws/session.js'
import { once } from '../lib/async.js'
import { findPackage, putPackage } from '../resources/stored-package.js'
import type { StackPackage } from './description.js'

/** Builds, zips and loads a package, each only on demand. */
export interface PackageSource {
  /** Builds it. @returns its content digest. */
  digest: () => Promise<string>
  zip: () => Promise<{ zip: Buffer; codeSha256: string }>
  /** Loads it once, as Lambda will: a package that doesn't load isn't deployed. */
  load: () => Promise<{ generation: string; cached: string }>
}

export interface PreparedPackage {
  described: StackPackage
  digest: Promise<string>
  load: PackageSource['load']
  /** Uploads the zip unless its bucket has it. @returns where it is, and its `CodeSha256`. */
  upload: () => Promise<{ bucket: string; key: string; codeSha256: string }>
}

/** Starts the build at once. Its error surfaces where the digest is awaited. */
export function preparePackage(
  session: Session,
  described: StackPackage,
  source: PackageSource,
): PreparedPackage {
  const { bucket, keyOf } = described
  const digest = source.digest()
  const stored = digest.then(async (is) => findPackage(session, bucket, keyOf(is)))
  stored.catch(() => undefined)
  return {
    described,
    digest,
    load: source.load,
    upload: once(async () => {
      const key = keyOf(await digest)
      session.ledger.seen('package', `${bucket}/${key}`)
      // Another machine may have compressed the same files differently.
      const there = await stored
      if (there !== undefined) return { bucket, key, codeSha256: there }
      const { zip, codeSha256 } = await source.zip()
      await putPackage(session, { bucket, key, zip, codeSha256 })
      return { bucket, key, codeSha256 }
    }),
  }
}
