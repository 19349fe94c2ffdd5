import { anyoneReads, distributionReads, READER_SIDS } from '../../templates/images-bucket.js'
import type { Statement } from '../../templates/policy.js'
import type { Session } from '../aws/session.js'
import { CLOSING_TAG } from '../config/names.js'
import { GenatoError } from '../lib/errors.js'
import { isOurs, isPublic, syncBucketPolicy } from '../resources/bucket-policy.js'
import { sameDocument } from '../resources/document.js'
import type { PreparedBucket } from '../resources/bucket.js'
import type { Tags } from '../resources/tags.js'
import { bucketNamed, type StackDescription } from './description.js'

/**
 * Decides who may read the images bucket while the distribution switches between private and public access.
 * CloudFront takes minutes to roll a change out, edge by edge; S3 applies a policy within seconds. So the policy
 * first allows both ways, then the distribution is switched and rolled out, and only then is the old way removed.
 * Requests that miss the cache succeed throughout.
 */
export interface ImagesReaders {
  /** Tags to write besides the stack's, so that a later run can finish an interrupted switch. */
  tags: Tags
  /** Allows the new way as well as the old. Called before the distribution is switched. */
  open(distributionArn: string): Promise<void>
  /** Removes the old way. Called after the roll-out. */
  close(distributionArn: string): Promise<void>
}

interface Policy {
  bucket: PreparedBucket
  adopt: boolean
}

/** Genato's statements in the policy of the images bucket. */
export function readersWanted(stack: StackDescription, distributionArn: string): Statement[] {
  const { settings } = stack
  const { name: images } = bucketNamed(stack, 'images')
  const files = settings.generate.files ?? true
  return settings.generate.access === 'public'
    ? anyoneReads(images, files)
    : distributionReads(images, files, distributionArn)
}

/**
 * Whether genato's statements allow both ways: a switch is being rolled out, or was interrupted.
 * @param statements genato's.
 */
export function letsInBoth(statements: Statement[]): boolean {
  return Object.values(READER_SIDS).every((sid) => statements.some(({ Sid }) => Sid === sid))
}

/** Whether this is one of genato's statements that let readers in. */
export function isReader(statement: Statement): boolean {
  return isOurs(statement) && statement.Action === 's3:GetObject'
}

export function imagesReaders(session: Session, stack: StackDescription, policy: Policy): ImagesReaders {
  const { bucket, adopt } = policy
  const { name: images } = bucketNamed(stack, 'images')
  const closes = stack.settings.generate.access === 'private'
  // A private bucket can't keep others' public statements. The tag says that an earlier run began to adopt it.
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
      const wanted = readersWanted(stack, distributionArn)
      const beside = (others: (one: Statement) => boolean) => (statements: Statement[]) => [
        ...othersOf(statements).filter(others),
        ...statements.filter((one) => isReader(one) && wanted.every(({ Sid }) => Sid !== one.Sid)),
        ...wanted,
      ]
      try {
        await put(beside(() => true))
      } catch (error) {
        // The account or the organization blocks public policies, so others' public statements allow nobody.
        if (!dropsOthers || !(error instanceof GenatoError) || error.code !== 'PUBLIC_STATEMENTS') throw error
        session.reporter.warn(
          `The account blocks public policies, so the public statements of ${images} are removed now: ${error.message}`,
        )
        await put(beside((one) => !isPublic(one)))
      }
    },
    async close(distributionArn) {
      const wanted = readersWanted(stack, distributionArn)
      await put((statements) => [
        ...othersOf(statements).filter((one) => !(dropsOthers && isPublic(one))),
        ...wanted,
      ])
      await bucket.close()
    },
  }
}
