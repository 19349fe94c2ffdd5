import { GENERATED } from '../../handler/shared/contract.js'
import { servesFile, type Files } from '../../handler/shared/served-files.js'
import { granted } from '../../templates/grants.js'
import { readsServed } from '../../templates/images-bucket.js'
import type { Statement } from '../../templates/policy.js'
import type { Session } from '../aws/session.js'
import { FILES_TAG, imagesBucket } from '../config/names.js'
import type { BucketSeen } from '../resources/bucket-seen.js'
import { sameDocument } from '../resources/document.js'
import { listObjects } from '../resources/bucket-contents.js'
import { ownerOf } from '../resources/ownership.js'
import type { Tags } from '../resources/tags.js'
import { isReader } from './images-readers.js'
import { bucketNamed, type StackDescription } from './description.js'

/** A number of files. `more`: counting stopped at `count`. */
export interface FileCount {
  count: number
  more: boolean
}

export const NO_FILES: FileCount = { count: 0, more: false }
const ENOUGH = 10_000

/** Counts the objects in a bucket that genato didn't create and would serve. */
export async function countFiles(session: Session, bucket: string, files: Files): Promise<FileCount> {
  if (files === false) return NO_FILES
  let count = 0
  const prefix = typeof files === 'string' ? files : ''
  for await (const page of listFiles(session, bucket, prefix)) {
    count += page.filter((key) => !key.startsWith(GENERATED) && servesFile(files, key)).length
    if (count > ENOUGH) return { count: ENOUGH, more: true }
  }
  return { count, more: false }
}

/** Lists keys page by page, and skips generated images from their second page on: there may be millions. */
async function* listFiles(session: Session, bucket: string, prefix: string): AsyncGenerator<string[]> {
  let last: string | undefined
  for await (const page of listObjects(session, bucket, prefix)) {
    const keys = page.map(({ Key = '' }) => Key)
    yield keys
    last = keys.at(-1)
    if (last?.startsWith(GENERATED)) break
  }
  if (!last?.startsWith(GENERATED)) return
  // Sorts after every key below generated/.
  const after = `${GENERATED}\u{10ffff}`
  for await (const page of listObjects(session, bucket, prefix, after)) yield page.map(({ Key = '' }) => Key)
}

export function filesSentence(bucket: string, { count, more }: FileCount): string {
  const files = more
    ? `more than ${count.toLocaleString('en')} files`
    : `${count.toLocaleString('en')} file${count === 1 ? '' : 's'}`
  return `The bucket ${bucket} has ${files} that genato did not make: whoever knows the path of one can read it through the distribution. (generate.files in the configuration decides what is served: true, false or a prefix.)`
}

interface Asked {
  /** The images bucket. `undefined`: deploy creates it. */
  seen: BucketSeen | undefined
  confirm: (question: string) => Promise<void>
}

/**
 * Asks before the files of an existing bucket are served. It asks once, and a tag keeps the answer. Files that are
 * served already only get a warning.
 * @returns the tags to write on the images bucket.
 * @throws what `confirm` throws.
 */
export async function filesConsent(
  session: Session,
  stack: StackDescription,
  { seen, confirm }: Asked,
): Promise<Tags> {
  const { account, settings } = stack
  const { name: images } = bucketNamed(stack, 'images')
  const isDefault = images === imagesBucket(stack.name, account)
  if (settings.generate.files !== undefined || seen?.tags[FILES_TAG] !== undefined) return {}
  if (isDefault && seen === undefined) return {}
  const readers = (seen?.policy ?? []).filter(isReader)
  const widens = readers.length > 0 && !readers.some((one) => servesAll(one, images))
  if (isDefault && seen && ownerOf(seen.tags, stack.name) === 'ours' && !widens) return {}
  const agreed = { [FILES_TAG]: 'served' }
  const files = seen === undefined ? NO_FILES : await countFiles(session, images, true)
  // An empty, untagged bucket under genato's own name was left by a run that was interrupted.
  if (files.count === 0) return isDefault ? {} : agreed
  const sentence = filesSentence(images, files)
  if (readers.some((one) => servesAll(one, images))) session.reporter.warn(sentence)
  else await confirm(`${sentence} Serve them?`)
  return agreed
}

function servesAll({ Resource }: Statement, bucket: string): boolean {
  return sameDocument({ r: Resource }, { r: granted(readsServed(bucket, true)).Resource })
}
