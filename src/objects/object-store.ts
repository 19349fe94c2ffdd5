import type { StoredObject } from './object-file.js'

/** An object without its bytes, but how many they are. */
export interface ObjectHead extends Omit<StoredObject, 'body'> {
  size: number
}

export interface NewObject {
  body: Buffer
  contentType: string
  cacheControl?: string | undefined
}

/** What the edge reads, and the function behind it: a folder's objects, a live bucket's, or one over the other. */
export interface Objects {
  get(key: string): Promise<StoredObject | undefined>
  head(key: string): Promise<ObjectHead | undefined>
  /** With `ifAbsent`, what is there stays, and so does the first of several that race; the others get 'exists'. */
  put(
    key: string,
    object: NewObject,
    options?: { ifAbsent?: boolean | undefined },
  ): Promise<{ etag: string } | 'exists'>
}
