import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { Mount } from '../../../handler/shared/pictures/mount.js'
import { GenatoError, messageOf, usageError } from '../../lib/errors.js'
import { readablePath } from '../../lib/readable-path.js'
import type { ReadableObjects } from '../../objects/object-store.js'
import { openOriginalsFolder, type OriginalsFolder } from '../../objects/originals-folder.js'
import { underPrefixes } from '../../objects/under-prefixes.js'

/** The folders of originals on this machine. */
export interface Originals {
  /** By the mounts' names. */
  folders: ReadonlyMap<string, OriginalsFolder>
  /** By their names, as the image function finds them. */
  buckets: ReadonlyMap<string, ReadableObjects>
}

/** A folder, and the mount that it was chosen for. */
interface Place {
  mount: Mount
  folder: string
}

/**
 * Opens a folder for each mount. Mounts of one bucket whose prefixes lie within each other share a folder.
 * @param given folders by the mounts' names, absolute.
 * @param home where the folders of all other mounts are. They are made if they are missing.
 * @param own the name of the stack's own bucket of originals.
 * @throws GenatoError BAD_ORIGINALS, FOLDER_UNREADABLE, FOLDER_UNWRITABLE
 */
export async function openOriginals(
  mounts: readonly Mount[],
  { given, home, own }: { given: ReadonlyMap<string, string>; home: string; own: string },
): Promise<Originals> {
  const folders = new Map<string, OriginalsFolder>()
  const buckets = new Map<string, Map<string, ReadableObjects>>()
  const places: Place[] = []
  // A prefix comes before those within it.
  for (const mount of [...mounts].sort((a, b) => a.prefix.length - b.prefix.length)) {
    const around = places.find(
      (place) =>
        (place.mount.bucket ?? own) === (mount.bucket ?? own) && mount.prefix.startsWith(place.mount.prefix),
    )
    const place = { mount, folder: folderOf(mount, around, { given, home }) }
    const folder = await open(place, given.has(mount.name))
    folders.set(mount.name, folder)
    if (around) continue
    places.push(place)
    const name = mount.bucket ?? own
    buckets.set(name, (buckets.get(name) ?? new Map<string, ReadableObjects>()).set(mount.prefix, folder))
  }
  return {
    folders,
    buckets: new Map([...buckets].map(([name, sources]) => [name, underPrefixes(sources)])),
  }
}

/** The folder of one mount alone, for commands that read a single original. */
export async function openMountFolder(
  mounts: readonly Mount[],
  name: string,
  where: { given: ReadonlyMap<string, string>; home: string; own: string },
): Promise<OriginalsFolder> {
  const folder = (await openOriginals(mounts, where)).folders.get(name)
  if (!folder) throw new Error(`There is no mount ${name}.`)
  return folder
}

function folderOf(
  mount: Mount,
  around: Place | undefined,
  { given, home }: { given: ReadonlyMap<string, string>; home: string },
): string {
  const asked = given.get(mount.name)
  if (!around) return asked ?? path.join(home, mount.name)
  const within = path.join(around.folder, ...mount.prefix.slice(around.mount.prefix.length).split('/'))
  if (asked === undefined || path.relative(asked, within) === '') return within
  throw usageError(
    'BAD_ORIGINALS',
    `The mount ${mount.name} shares its originals with ${around.mount.name}, so its folder is ${readablePath(within)} (got ${readablePath(asked)}).`,
    `Leave out --originals ${mount.name}=…, or give the two mounts different prefixes.`,
  )
}

async function open({ mount, folder }: Place, given: boolean): Promise<OriginalsFolder> {
  if (!given)
    await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
      throw new GenatoError(
        'FOLDER_UNWRITABLE',
        `${readablePath(folder)} can't be made: ${messageOf(cause)}.`,
        {
          hint: `It is for the originals of the mount ${mount.name}. Name another folder with --originals ${mount.name}=DIR.`,
          cause,
        },
      )
    })
  try {
    return await openOriginalsFolder(folder)
  } catch (cause) {
    throw new GenatoError(
      'FOLDER_UNREADABLE',
      `The originals of ${mount.name} can't be read from ${readablePath(folder)}: ${messageOf(cause)}.`,
      { hint: '--originals takes a mount and a folder of pictures, such as photos=./pictures.', cause },
    )
  }
}
