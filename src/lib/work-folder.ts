import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { GenatoError, messageOf } from './errors.js'
import { readablePath } from './readable-path.js'

/** Makes genato's own folder in the user's project, ignored by git. @throws GenatoError FOLDER_UNWRITABLE */
export async function workFolder(root: string): Promise<string> {
  const folder = path.join(root, '.genato')
  try {
    await mkdir(folder, { recursive: true })
    await writeFile(path.join(folder, '.gitignore'), '*\n')
    return folder
  } catch (cause) {
    throw new GenatoError(
      'FOLDER_UNWRITABLE',
      `${readablePath(folder)} can't be written: ${messageOf(cause)}.`,
      {
        hint: 'genato keeps its builds there, next to the configuration. Run it in a folder that you can write to.',
        cause,
      },
    )
  }
}
