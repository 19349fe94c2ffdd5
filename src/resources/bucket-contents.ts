import {
  ListObjectVersionsCommand,
  paginateListObjectsV2,
  type _Object,
  type ListObjectsV2CommandInput,
  type ListObjectsV2CommandOutput,
} from '@aws-sdk/client-s3'
import { orAbsent } from '../aws/errors.js'
import { pagesIfAny } from '../aws/pages.js'
import type { Session } from '../aws/session.js'
import { ownBucket, s3Of } from './bucket-call.js'

export interface StoredObject {
  Key: string
  /** In bytes. */
  Size: number
}

/** @param after the key after which the listing begins. */
export async function* listObjects(
  session: Session,
  bucket: string,
  prefix: string,
  after?: string,
): AsyncGenerator<_Object[]> {
  const start = after === undefined ? {} : { StartAfter: after }
  for await (const { Contents = [] } of pagesOf(session, bucket, { Prefix: prefix, ...start })) yield Contents
}

/** @returns the prefixes of keys up to and with the next slash. */
export async function listFolders(session: Session, bucket: string, prefix: string): Promise<string[]> {
  const folders: string[] = []
  for await (const { CommonPrefixes = [] } of pagesOf(session, bucket, { Prefix: prefix, Delimiter: '/' }))
    folders.push(...CommonPrefixes.flatMap(({ Prefix }) => Prefix ?? []))
  return folders
}

function pagesOf(
  session: Session,
  bucket: string,
  input: Omit<ListObjectsV2CommandInput, 'Bucket'>,
): AsyncGenerator<ListObjectsV2CommandOutput> {
  const pages = paginateListObjectsV2(
    { client: s3Of(session) },
    { ...ownBucket(session, bucket), ...input },
    { abortSignal: session.signal },
  )
  return pagesIfAny(pages, 'NoSuchBucket')
}

export interface StoredVersion {
  Key: string
  VersionId: string
  /** The newest of its key, and not a delete marker. */
  current: boolean
  /** In bytes. */
  bytes: number
}

/** Every version and delete marker, a page at a time. */
export async function* listVersionsOf(session: Session, bucket: string): AsyncGenerator<StoredVersion[]> {
  // The SDK has no paginator for this call.
  for (let at: { KeyMarker?: string; VersionIdMarker?: string } = {}; ;) {
    session.signal.throwIfAborted()
    const page = await orAbsent(
      s3Of(session).send(new ListObjectVersionsCommand({ ...ownBucket(session, bucket), ...at })),
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
