import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { isNamed, orAbsent } from '../aws/errors.js'
import { explainAwsError } from '../aws/explain.js'
import type { Session } from '../aws/session.js'
import { retryWhile } from '../aws/wait.js'
import { ownBucket, s3Of } from '../resources/bucket-call.js'
import type { Objects } from './object-store.js'

/**
 * A bucket's objects, for the local edge. Its puts are the
 * function's, not the command's, so the ledger doesn't record them.
 */
export function bucketObjects(session: Session, bucket: string): Objects {
  const s3 = s3Of(session)
  const at = (key: string) => ({ ...ownBucket(session, bucket), Key: key })
  const abort = { abortSignal: session.signal }
  return {
    get: explained(async (key) => {
      const found = await orAbsent(s3.send(new GetObjectCommand(at(key)), abort), 'NoSuchKey')
      if (!found) return undefined
      const body = Buffer.from((await found.Body?.transformToByteArray()) ?? [])
      return { ...describe(key, found), body }
    }),
    head: explained(async (key) => {
      const found = await orAbsent(s3.send(new HeadObjectCommand(at(key)), abort), 'NotFound', 'NoSuchKey')
      return found && { ...describe(key, found), size: found.ContentLength ?? 0 }
    }),
    put: explained(
      async (key, { body, contentType, cacheControl, metadata }, { ifAbsent = false, ifMatch } = {}) => {
        const command = new PutObjectCommand({
          ...at(key),
          Body: body,
          ContentType: contentType,
          // Like the function: CloudFront can't read objects that a KMS key encrypts.
          ServerSideEncryption: 'AES256',
          ...(cacheControl === undefined ? {} : { CacheControl: cacheControl }),
          ...(metadata === undefined ? {} : { Metadata: { ...metadata } }),
          ...(ifAbsent ? { IfNoneMatch: '*' } : {}),
          ...(ifMatch === undefined ? {} : { IfMatch: ifMatch }),
        })
        try {
          const put = await retryWhile(session, CONFLICT, async () => s3.send(command, abort))
          return { etag: put.ETag ?? '' }
        } catch (error) {
          if (isNamed(error, 'PreconditionFailed')) return ifAbsent ? 'exists' : 'changed'
          if (ifMatch !== undefined && isNamed(error, 'NoSuchKey')) return 'absent'
          throw error
        }
      },
    ),
    delete: explained(async (key, { ifMatch } = {}) => {
      const command = new DeleteObjectCommand({
        ...at(key),
        ...(ifMatch === undefined ? {} : { IfMatch: ifMatch }),
      })
      try {
        await retryWhile(session, CONFLICT, async () => s3.send(command, abort))
        // S3 doesn't say whether there was an object.
        return 'deleted'
      } catch (error) {
        if (isNamed(error, 'PreconditionFailed')) return 'changed'
        if (ifMatch !== undefined && isNamed(error, 'NoSuchKey')) return 'absent'
        throw error
      }
    }),
  }
}

/** Another request for the key is under way, and S3 asks for another try. */
const CONFLICT = {
  passing: (error: unknown) => isNamed(error, 'ConditionalRequestConflict'),
  timeout: 2_000,
  pauses: [50, 500] as [number, number],
}

interface Described {
  ContentType?: string | undefined
  CacheControl?: string | undefined
  ETag?: string | undefined
  LastModified?: Date | undefined
  Metadata?: Record<string, string> | undefined
}

function describe(key: string, { ContentType, CacheControl, ETag, LastModified, Metadata }: Described) {
  return {
    key,
    contentType: ContentType ?? 'binary/octet-stream',
    ...(CacheControl === undefined ? {} : { cacheControl: CacheControl }),
    ...(Metadata === undefined || Object.keys(Metadata).length === 0 ? {} : { metadata: Metadata }),
    etag: ETag ?? '',
    lastModified: LastModified ?? new Date(),
  }
}

/** Explains every error of AWS to the user. */
function explained<A extends unknown[], T>(ask: (...args: A) => Promise<T>): (...args: A) => Promise<T> {
  return async (...args) => {
    try {
      return await ask(...args)
    } catch (error) {
      throw explainAwsError(error)
    }
  }
}
