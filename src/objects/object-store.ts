import type { Readable } from 'node:stream'
import type { StoredObject } from './object-file.js'

/** An object without its bytes, with their number. */
export interface ObjectHead extends Omit<StoredObject, 'body'> {
  size: number
}

export interface NewObject {
  body: Buffer
  contentType: string
  cacheControl?: string | undefined
  /** By names in lower case, without `x-amz-meta-`. */
  metadata?: Readonly<Record<string, string>> | undefined
}

/** What must hold of the object that is there already. At most one of the two. */
export interface PutOptions {
  /** An existing object stays, and the first of several concurrent puts wins. The others get 'exists'. */
  ifAbsent?: boolean | undefined
  /**
   * The existing object's ETag, as S3 writes it. If there is another object, the put is 'changed'; if there is none,
   * 'absent'.
   */
  ifMatch?: string | undefined
}

/** Why a put was not done. */
export type NotPut = 'exists' | 'changed' | 'absent'

/** Objects to read. */
export interface ReadableObjects {
  get(key: string): Promise<StoredObject | undefined>
  head(key: string): Promise<ObjectHead | undefined>
  /** The same as `get`, for objects that may be too large for memory. Whoever opens one reads or destroys its body. */
  open?(key: string): Promise<(ObjectHead & { body: Buffer | Readable }) | undefined>
}

/** The objects that edge and functions read and write: a folder's, a live bucket's, or one over the other. */
export interface Objects extends ReadableObjects {
  put(key: string, object: NewObject, options?: PutOptions): Promise<{ etag: string } | NotPut>
  /**
   * Deletes an object. With `ifMatch`, only the one of that ETag (`*`: any).
   * @returns 'absent' if there was none, 'changed' if there was another.
   */
  delete(key: string, options?: { ifMatch?: string | undefined }): Promise<'deleted' | 'changed' | 'absent'>
}

/** Whether an object's ETag is the one that a condition names, which S3 also takes without its quotes. */
export function hasETag({ etag }: { etag: string }, named: string): boolean {
  const bare = (text: string) => text.trim().replace(/^"(.*)"$/, '$1')
  return named.trim() === '*' || bare(named) === bare(etag)
}
