/** The files of the bucket that are served besides the images: all, none, or those below a prefix that ends in `/`. */
export type Files = boolean | string

/** @param key decoded, without a leading slash. */
export function servesFile(files: Files, key: string): boolean {
  return typeof files === 'string' ? key.startsWith(files) : files
}
