/**
 * Which files of the bucket are served beside the images: all of them, none, or those below a prefix that
 * ends in `/`.
 */
export type Files = boolean | string

/** @param key decoded, without a slash in front. */
export function servesFile(files: Files, key: string): boolean {
  return typeof files === 'string' ? key.startsWith(files) : files
}
