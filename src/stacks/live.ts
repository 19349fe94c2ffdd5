import { isNamed } from '../aws/errors.js'
import type { Session } from '../aws/session.js'
import { together } from '../aws/together.js'
import { GenatoError } from '../lib/errors.js'
import { contentDigest, type PackageFile } from '../package/package-file.js'
import { unzipFiles, zipHashes } from '../package/zip.js'
import { DEFAULT_PATH } from '../resources/distribution-behaviours.js'
import { liveVersion } from '../resources/distribution-functions.js'
import { bucketOf, originAt } from '../resources/distribution-origins.js'
import { observeDistribution, type DistributionSeen } from '../resources/distribution-seen.js'
import { findDistribution } from '../resources/find-distribution.js'
import { getPackage } from '../resources/stored-package.js'
import { listVersions, type Version } from '../resources/version.js'
import {
  functionNamed,
  packageNamed,
  searchOf,
  type StackDescription,
  type StackPackage,
} from './description.js'

/** What the distribution serves now, and from where. */
export interface Live {
  /** The distribution's id. */
  distribution: string
  /** The bucket behind the default behaviour. */
  bucket: string
  origin: { domain: string; path: string }
  version: Version
  digest: string
  files: PackageFile[]
}

/** @throws GenatoError NOT_DEPLOYED, TWO_DISTRIBUTIONS, NO_BUCKET, NOT_OURS, PACKAGE_GONE, PACKAGE_DIFFERS */
export async function readLive(session: Session, stack: StackDescription): Promise<Live> {
  const step = session.reporter.step('reading the live package')
  try {
    const live = await readTheLive(session, stack)
    step.done(`version ${live.version.number}`)
    return live
  } catch (error) {
    step.failed()
    throw error
  }
}

async function readTheLive(session: Session, stack: StackDescription): Promise<Live> {
  // Whichever bucket it serves from: the distribution decides, not the configuration.
  const found = await findDistribution(session, searchOf(stack), { anyBucket: true })
  if (!found) throw notDeployed(`There is no distribution of the stack ${stack.name} in this account.`)
  const fn = functionNamed(stack, 'edge')
  const [seen, versions] = await together([observeDistribution(session, found), listVersions(session, fn)])
  const number = seen && liveVersion(seen.config, fn.arn)
  const version = versions.find((one) => one.number === number)
  if (!seen || !version)
    throw notDeployed(`The distribution ${found.id} runs no version of the function ${fn.name}.`)
  const origin = originOf(seen)
  return {
    distribution: found.id,
    ...origin,
    version,
    ...(await readPackage(session, packageNamed(stack, fn.package), version)),
  }
}

function notDeployed(message: string): GenatoError {
  return new GenatoError('NOT_DEPLOYED', message, {
    hint: 'Run genato deploy, or choose another stack with --stack or another account with --profile. genato status shows what exists.',
  })
}

function originOf({ id, config }: DistributionSeen): Pick<Live, 'bucket' | 'origin'> {
  const { DomainName = '', OriginPath = '' } = originAt(config, DEFAULT_PATH) ?? {}
  const bucket = bucketOf(DomainName)
  if (bucket === undefined)
    throw new GenatoError(
      'NO_BUCKET',
      `The distribution ${id} serves from ${DomainName}, which is not a bucket.`,
      {
        hint: 'Run genato deploy to restore the images bucket as its origin.',
      },
    )
  return { bucket, origin: { domain: DomainName, path: OriginPath } }
}

async function readPackage(
  session: Session,
  { bucket, keyOf }: StackPackage,
  { arn, digest, codeSha256 }: Version,
): Promise<Pick<Live, 'digest' | 'files'>> {
  if (digest === undefined)
    throw new GenatoError('NOT_OURS', `${arn} was not published by genato.`, {
      hint: 'Run genato deploy --adopt: it adopts the function and publishes a version of its own.',
    })
  const key = keyOf(digest)
  const zip = await getPackage(session, bucket, key).catch((error: unknown) => {
    if (!isNamed(error, 'NoSuchKey', 'NoSuchBucket')) throw error
    throw new GenatoError(
      'PACKAGE_GONE',
      `The package of ${arn} is no longer in the bucket: ${bucket}/${key}.`,
      {
        hint: 'Run genato deploy from the same sources to upload it again.',
        cause: error,
      },
    )
  })
  const files = zipHashes(zip).codeSha256 === codeSha256 ? unzipFiles(zip) : undefined
  if (!files || contentDigest(files) !== digest)
    throw new GenatoError('PACKAGE_DIFFERS', `${bucket}/${key} is not the package that ${arn} runs.`, {
      hint: 'Something else overwrote it. Delete that object, then run genato deploy from the same sources to upload it again.',
    })
  return { digest, files }
}
