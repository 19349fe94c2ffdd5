import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
  type _Object,
} from '@aws-sdk/client-s3'
import { orAbsent } from '../aws/errors.js'
import type { Session } from '../aws/session.js'
import { bucketCall } from './bucket-call.js'
import { countBody } from './upload-progress.js'

export interface StoredObject {
  Key: string
  /** In bytes. */
  Size: number
}

/** @param after the key that the first one comes after. IAM: s3:ListBucket. */
export async function* listObjects(
  session: Session,
  bucket: string,
  prefix: string,
  after?: string,
): AsyncGenerator<_Object[]> {
  for (let token: string | undefined; ;) {
    session.signal.throwIfAborted()
    const page = await orAbsent(
      session.clients.s3.send(
        new ListObjectsV2Command({
          Bucket: bucket,
          Prefix: prefix,
          ExpectedBucketOwner: session.account,
          ...(token ? { ContinuationToken: token } : after === undefined ? {} : { StartAfter: after }),
        }),
      ),
      'NoSuchBucket',
    )
    yield page?.Contents ?? []
    token = page?.NextContinuationToken
    if (!token) return
  }
}

/** @returns the common beginnings of keys up to the next slash, each with that slash. IAM: s3:ListBucket. */
export async function listFolders(session: Session, bucket: string, prefix: string): Promise<string[]> {
  const folders: string[] = []
  for (let token: string | undefined; ;) {
    session.signal.throwIfAborted()
    const page = await orAbsent(
      session.clients.s3.send(
        new ListObjectsV2Command({
          Bucket: bucket,
          Prefix: prefix,
          Delimiter: '/',
          ExpectedBucketOwner: session.account,
          ...(token ? { ContinuationToken: token } : {}),
        }),
      ),
      'NoSuchBucket',
    )
    folders.push(...(page?.CommonPrefixes ?? []).flatMap(({ Prefix }) => Prefix ?? []))
    token = page?.NextContinuationToken
    if (!token) return folders
  }
}

/** @returns the `CodeSha256` of an uploaded package. IAM: s3:GetObject, s3:ListBucket. */
export async function findPackage(
  session: Session,
  bucket: string,
  key: string,
): Promise<string | undefined> {
  const found = await orAbsent(
    session.clients.s3.send(
      new HeadObjectCommand({ Bucket: bucket, Key: key, ExpectedBucketOwner: session.account }),
    ),
    'NotFound',
    'NoSuchBucket',
  )
  return found?.Metadata?.[SHA256]
}

const SHA256 = 'code-sha256'

/** @throws NoSuchKey */
export async function readObject(session: Session, bucket: string, key: string): Promise<Buffer> {
  const { Body } = await session.clients.s3.send(
    new GetObjectCommand({ Bucket: bucket, Key: key, ExpectedBucketOwner: session.account }),
  )
  return Buffer.from((await Body?.transformToByteArray()) ?? [])
}

export interface Upload {
  bucket: string
  key: string
  body: Buffer
  /** Of the body, in base64: S3 refuses anything else. */
  sha256: string
}

/** Uploads the package, unless it is there. IAM: s3:PutObject. */
export async function uploadOnce(session: Session, { bucket, key, body, sha256 }: Upload): Promise<void> {
  await session.ledger.change(
    { action: 'upload', resource: 'package', name: `${bucket}/${key}`, expect: undefined },
    async (progress) => {
      const command = new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: body,
        ContentType: 'application/zip',
        // Whatever the bucket's default is: Lambda fetches it without a KMS key's permission.
        ServerSideEncryption: 'AES256',
        ChecksumSHA256: sha256,
        Metadata: { [SHA256]: sha256 },
        ExpectedBucketOwner: session.account,
      })
      countBody(command, (sent) => progress(bar(sent, body.length)))
      await bucketCall(session, bucket, async () =>
        session.clients.s3.send(command, { abortSignal: session.signal }),
      )
    },
  )
}

const WIDTH = 20

function bar(sent: number, all: number): string {
  const full = Math.round((sent / all) * WIDTH)
  return `${'█'.repeat(full)}${'░'.repeat(WIDTH - full)} ${(sent / 1e6).toFixed(1)} of ${(all / 1e6).toFixed(1)} MB`
}

export interface StoredVersion {
  Key: string
  VersionId: string
  /** The newest of its key, and no delete marker. */
  current: boolean
  bytes: number
}

/** Every version and delete marker, a page at a time. IAM: s3:ListBucketVersions. */
export async function* listVersionsOf(session: Session, bucket: string): AsyncGenerator<StoredVersion[]> {
  for (let at: { KeyMarker?: string; VersionIdMarker?: string } = {}; ;) {
    session.signal.throwIfAborted()
    const page = await orAbsent(
      session.clients.s3.send(
        new ListObjectVersionsCommand({ Bucket: bucket, ExpectedBucketOwner: session.account, ...at }),
      ),
      'NoSuchBucket',
    )
    yield [
      ...(page?.Versions ?? []).map(({ Key = '', VersionId = 'null', IsLatest, Size = 0 }) => ({
        Key,
        VersionId,
        current: IsLatest === true,
        bytes: Size,
      })),
      ...(page?.DeleteMarkers ?? []).map(({ Key = '', VersionId = 'null' }) => ({
        Key,
        VersionId,
        current: false,
        bytes: 0,
      })),
    ]
    if (!page?.IsTruncated) return
    at = {
      ...(page.NextKeyMarker ? { KeyMarker: page.NextKeyMarker } : {}),
      ...(page.NextVersionIdMarker ? { VersionIdMarker: page.NextVersionIdMarker } : {}),
    }
  }
}
