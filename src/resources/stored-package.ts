import { GetObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { orAbsent } from '../aws/errors.js'
import type { Session } from '../aws/session.js'
import { bucketCall, ownBucket, s3Of } from './bucket-call.js'
import { countBody } from './upload-progress.js'

const SHA256 = 'code-sha256'

/** @returns the `CodeSha256` of an uploaded package, or `undefined`. */
export async function findPackage(
  session: Session,
  bucket: string,
  key: string,
): Promise<string | undefined> {
  const found = await orAbsent(
    s3Of(session).send(new HeadObjectCommand({ ...ownBucket(session, bucket), Key: key })),
    'NotFound',
    'NoSuchBucket',
  )
  return found?.Metadata?.[SHA256]
}

/** @throws NoSuchKey, NoSuchBucket */
export async function getPackage(session: Session, bucket: string, key: string): Promise<Buffer> {
  const { Body } = await s3Of(session).send(new GetObjectCommand({ ...ownBucket(session, bucket), Key: key }))
  return Buffer.from((await Body?.transformToByteArray()) ?? [])
}

export interface PackageUpload {
  bucket: string
  key: string
  zip: Buffer
  /** Of the zip, in base64: S3 refuses other bytes. */
  codeSha256: string
}

export async function putPackage(session: Session, upload: PackageUpload): Promise<void> {
  const { bucket, key, zip, codeSha256 } = upload
  await session.ledger.change(
    { action: 'upload', resource: 'package', name: `${bucket}/${key}`, expect: undefined },
    async (progress) => {
      const command = new PutObjectCommand({
        ...ownBucket(session, bucket),
        Key: key,
        Body: zip,
        ContentType: 'application/zip',
        // Not the bucket's default: for a KMS key, Lambda would need a permission.
        ServerSideEncryption: 'AES256',
        ChecksumSHA256: codeSha256,
        Metadata: { [SHA256]: codeSha256 },
      })
      countBody(command, (sent) => progress(bar(sent, zip.length)))
      await bucketCall(session, bucket, async () =>
        s3Of(session).send(command, { abortSignal: session.signal }),
      )
    },
  )
}

const WIDTH = 20

function bar(sent: number, all: number): string {
  const full = Math.round((sent / all) * WIDTH)
  return `${'█'.repeat(full)}${'░'.repeat(WIDTH - full)} ${(sent / 1e6).toFixed(1)} of ${(all / 1e6).toFixed(1)} MB`
}
