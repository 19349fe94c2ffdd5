import path from 'node:path'
import { GenatoError, messageOf } from '../lib/errors.js'
import type { Reporter } from '../reporter/reporter.js'
import { openObjectFolder, type ObjectFolder } from '../objects/folder.js'

/**
 * Opens the folder where stored images lie.
 * @throws GenatoError FOLDER_UNWRITABLE
 */
export async function openImages(data: string, reporter: Reporter): Promise<ObjectFolder> {
  try {
    return await openObjectFolder(path.join(data, 'objects'), {
      onCorrupt: (key) =>
        reporter.warn(`A stored image was damaged, and is made anew: ${key ?? 'its name is lost'}.`),
    })
  } catch (cause) {
    throw new GenatoError('FOLDER_UNWRITABLE', `${data} can't be written: ${messageOf(cause)}.`, {
      hint: 'Name a folder that can be written with --data.',
      cause,
    })
  }
}
