import type { StoredObject } from './object-file.js'

/** An object without its bytes, with their number. */
export interface ObjectHead extends Omit<StoredObject, 'body'> {
  size: number
}

export interface NewObject {
  body: Buffer
  contentType: string
  cacheControl?: string | undefined
}

/** The objects that edge and function read: a folder's, a live bucket's, or one over the other. */
export interface Objects {
  get(key: string): Promise<StoredObject | undefined>
  head(key: string): Promise<ObjectHead | undefined>
  /**
   * With `ifAbsent`, an existing object stays, and the first of several concurrent puts wins. The others get
   * 'exists'.
   */
  put(
    key: string,
    object: NewObject,
    options?: { ifAbsent?: boolean | undefined },
  ): Promise<{ etag: string } | 'exists'>
}
