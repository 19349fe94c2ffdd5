import { anyoneReads, distributionReads } from '../../templates/images-bucket.js'
import type { Statement } from '../../templates/policy.js'
import type { Session } from '../aws/session.js'
import { CLOSING_TAG } from '../config/names.js'
import { GenatoError } from '../lib/errors.js'
import { isOurs, isPublic, syncBucketPolicy } from '../resources/bucket-policy.js'
import { sameDocument } from '../resources/document.js'
import type { PreparedBucket } from '../resources/bucket.js'
import type { Tags } from '../resources/tags.js'
import type { Target } from './target.js'

/**
 * Who may read the images bucket while the distribution goes from one way of reading it to another.
 * CloudFront rolls a change out in minutes, edge by edge, and S3 obeys a policy within seconds. So both ways
 * are let in first, then the distribution is switched and rolled out, and only then is the old way shut out:
 * not one image that is not cached is refused meanwhile.
 */
export interface ImagesReaders {
  /** Tags to write on the bucket beside the stack's, so that a later run goes on with what this one began. */
  tags: Tags
  /** Lets in the new way beside the old. Before the distribution is switched. */
  open(distributionArn: string): Promise<void>
  /** Shuts out the old way. After the roll-out. */
  close(distributionArn: string): Promise<void>
}

interface Policy {
  bucket: PreparedBucket
  adopt: boolean
}

/** Genato's own statements in the policy of the images bucket. */
export function readersWanted(
  { images, settings }: Pick<Target, 'images' | 'settings'>,
  distributionArn: string,
): Statement[] {
  const files = settings.generate.files ?? true
  return settings.generate.access === 'public'
    ? anyoneReads(images, files)
    : distributionReads(images, files, distributionArn)
}

/** Whether these, all of genato's own, let in both ways: something is being rolled out, or was. */
export function letsInBoth(statements: Statement[]): boolean {
  return ['GenatoPublicRead', 'GenatoDistributionRead'].every((sid) =>
    statements.some(({ Sid }) => Sid === sid),
  )
}

export function imagesReaders(session: Session, target: Target, policy: Policy): ImagesReaders {
  const { bucket, adopt } = policy
  const { images, settings } = target
  const closes = settings.generate.access === 'private'
  // Of an adoption that another run began as well. A private bucket refuses to keep others' public statements.
  const dropsOthers = closes && (adopt || CLOSING_TAG in (bucket.seen?.tags ?? {}))
  let there = bucket.seen?.policy ?? []
  const othersOf = (statements: Statement[]) => statements.filter((one) => !isOurs(one))
  const put = async (change: (there: Statement[]) => Statement[]) => {
    const differs = !sameDocument({ s: there }, { s: change(there) })
    if (differs && change(there).some(isPublic)) await bucket.admitPublicPolicy()
    there = await syncBucketPolicy(session, images, there, change)
  }
  return {
    tags: dropsOthers && othersOf(there).some(isPublic) ? { [CLOSING_TAG]: 'after the roll-out' } : {},
    async open(distributionArn) {
      const wanted = readersWanted(target, distributionArn)
      const beside = (others: (one: Statement) => boolean) => (statements: Statement[]) => [
        ...othersOf(statements).filter(others),
        ...statements.filter((one) => isReader(one) && wanted.every(({ Sid }) => Sid !== one.Sid)),
        ...wanted,
      ]
      try {
        await put(beside(() => true))
      } catch (error) {
        // The account or the organization blocks public policies: others' public statements let nobody in.
        if (!dropsOthers || !(error instanceof GenatoError) || error.code !== 'PUBLIC_STATEMENTS') throw error
        session.reporter.warn(
          `The account blocks public policies, so the public statements of ${images} are removed now: ${error.message}`,
        )
        await put(beside((one) => !isPublic(one)))
      }
    },
    async close(distributionArn) {
      const wanted = readersWanted(target, distributionArn)
      await put((statements) => [
        ...othersOf(statements).filter((one) => !(dropsOthers && isPublic(one))),
        ...wanted,
      ])
      await bucket.close()
    },
  }
}

function isReader(statement: Statement): boolean {
  return isOurs(statement) && statement.Action === 's3:GetObject'
}
