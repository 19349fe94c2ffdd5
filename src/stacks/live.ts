import { isNamed } from '../aws/errors.js'
import type { Session } from '../aws/session.js'
import { together } from '../aws/together.js'
import { GenatoError } from '../lib/errors.js'
import { packageKey } from '../config/names.js'
import { contentDigest, type PackageFile } from '../package/package-file.js'
import { unzipFiles, zipHashes } from '../package/zip.js'
import { DEFAULT_PATH } from '../resources/distribution-behaviours.js'
import { liveVersion } from '../resources/distribution-functions.js'
import { bucketOf, originAt } from '../resources/distribution-origins.js'
import { observeDistribution, type DistributionSeen } from '../resources/distribution-seen.js'
import { findDistribution } from '../resources/find-distribution.js'
import { getPackage } from '../resources/stored-package.js'
import { listVersions, type Version } from '../resources/version.js'
import { searchOf, type Target } from './target.js'

/** What the distribution serves at the moment, and from where. */
export interface Live {
  /** The distribution's id. */
  distribution: string
  /** Behind the default behaviour. */
  bucket: string
  origin: { domain: string; path: string }
  version: Version
  digest: string
  files: PackageFile[]
}

/** @throws GenatoError NOT_DEPLOYED, TWO_DISTRIBUTIONS, NO_BUCKET, NOT_OURS, PACKAGE_GONE, PACKAGE_DIFFERS */
export async function readLive(session: Session, target: Target): Promise<Live> {
  const step = session.reporter.step('reading what is live')
  try {
    const live = await readTheLive(session, target)
    step.done(`version ${live.version.number}`)
    return live
  } catch (error) {
    step.failed()
    throw error
  }
}

async function readTheLive(session: Session, target: Target): Promise<Live> {
  // Whichever bucket it serves from: that is what is asked.
  const found = await findDistribution(session, searchOf(target), { anyBucket: true })
  if (!found) throw notDeployed(`There is no distribution of the stack ${target.stack} in this account.`)
  const [seen, versions] = await together([
    observeDistribution(session, found),
    listVersions(session, target.function),
  ])
  const number = seen && liveVersion(seen.config, target.functionArn)
  const version = versions.find((one) => one.number === number)
  if (!seen || !version)
    throw notDeployed(`The distribution ${found.id} runs no version of the function ${target.function.name}.`)
  const origin = originOf(seen)
  return { distribution: found.id, ...origin, version, ...(await readPackage(session, target, version)) }
}

function notDeployed(message: string): GenatoError {
  return new GenatoError('NOT_DEPLOYED', message, {
    hint: 'genato deploy brings it there; genato status tells what there is. --stack and --profile choose another.',
  })
}

function originOf({ id, config }: DistributionSeen): Pick<Live, 'bucket' | 'origin'> {
  const { DomainName = '', OriginPath = '' } = originAt(config, DEFAULT_PATH) ?? {}
  const bucket = bucketOf(DomainName)
  if (bucket === undefined)
    throw new GenatoError(
      'NO_BUCKET',
      `Behind the distribution ${id} is ${DomainName}, which is no bucket.`,
      {
        hint: 'genato deploy puts the images bucket there again.',
      },
    )
  return { bucket, origin: { domain: DomainName, path: OriginPath } }
}

async function readPackage(
  session: Session,
  { stack, packages }: Target,
  { arn, digest, codeSha256 }: Version,
): Promise<Pick<Live, 'digest' | 'files'>> {
  if (digest === undefined)
    throw new GenatoError('NOT_OURS', `${arn} was not published by genato.`, {
      hint: 'genato deploy --adopt takes over what is there, and publishes a version of its own.',
    })
  const key = packageKey(stack, digest)
  const zip = await getPackage(session, packages, key).catch((error: unknown) => {
    if (!isNamed(error, 'NoSuchKey', 'NoSuchBucket')) throw error
    throw new GenatoError(
      'PACKAGE_GONE',
      `The package of ${arn} is not in the bucket any more: ${packages}/${key}.`,
      {
        hint: 'genato deploy from the same sources puts it there again.',
        cause: error,
      },
    )
  })
  const files = zipHashes(zip).codeSha256 === codeSha256 ? unzipFiles(zip) : undefined
  if (!files || contentDigest(files) !== digest)
    throw new GenatoError('PACKAGE_DIFFERS', `${packages}/${key} is not the package that ${arn} runs.`, {
      hint: 'Something else wrote there. Delete that object; genato deploy from the same sources puts it there again.',
    })
  return { digest, files }
}
