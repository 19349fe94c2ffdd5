import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { GENERATED } from '../../handler/shared/contract.js'
import { GenatoError, messageOf } from '../lib/errors.js'
import { openObjectFolder, type ObjectFolder } from '../objects/folder.js'
import type { Reporter } from '../reporter/reporter.js'

/** Opens the folder that images are stored in on this machine. @throws GenatoError FOLDER_UNWRITABLE */
export async function openLocalImages(data: string, reporter: Reporter): Promise<ObjectFolder> {
  try {
    return await openObjectFolder(path.join(data, 'objects'), {
      onCorrupt: (key) =>
        reporter.warn(
          `A stored image was damaged and will be generated again: ${key ?? 'its name is lost'}.`,
        ),
    })
  } catch (cause) {
    throw new GenatoError('FOLDER_UNWRITABLE', `${data} can't be written: ${messageOf(cause)}.`, {
      hint: 'Name a writable folder with --data.',
      cause,
    })
  }
}

/**
 * Deletes the stored images if another package generated them. While a generator is being written, its code
 * changes more often than its version: a reload must show what the code now makes.
 * @param data holds the note which package generated the stored images.
 * @returns how many images were deleted.
 */
export async function dropOutdatedImages(
  images: ObjectFolder,
  data: string,
  digest: string,
): Promise<number> {
  const note = path.join(data, 'made-by')
  const before = await readFile(note, 'utf8').catch(() => undefined)
  if (before === digest) return 0
  const dropped = await images.removePrefix(GENERATED)
  await mkdir(data, { recursive: true })
  await writeFile(note, digest)
  return dropped
}
