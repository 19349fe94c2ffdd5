import type { Mount } from '../../../handler/shared/pictures/mount.js'
import { readablePath } from '../../lib/readable-path.js'
import type { OriginalsFolder } from '../../objects/originals-folder.js'
import type { OriginalsList } from './messages.js'

/** The stored pictures that are served at the moment. */
export interface PagePictures {
  mounts: readonly Pick<Mount, 'name' | 'allow' | 'limits'>[]
  originals: { folders: ReadonlyMap<string, Pick<OriginalsFolder, 'root' | 'list'>> }
  /** `undefined` if no mount is signed. */
  keys: { current: string } | undefined
}

/** What part of a mount's originals is asked for. */
export interface ListWanted {
  mount: string
  /** Empty, or a prefix that ends in `/`. */
  folder: string
  /** Empty, or a part of the key, in any case. It is looked for in all folders. */
  search: string
  /** Of originals and folders, each. */
  count: number
}

/** A folder of the user's may be anything, such as their home. */
const MOST_LOOKED_AT = 20_000
const MOST_SHOWN = 1_000

/**
 * Lists a mount's originals as folders, as S3's console does.
 * @returns `undefined` without such a mount.
 * @throws the file system's error.
 */
export async function listOriginals(
  pictures: PagePictures | undefined,
  { mount, folder, search, count }: ListWanted,
): Promise<OriginalsList | undefined> {
  const source = pictures?.originals.folders.get(mount)
  if (!source) return undefined
  const files = (await source.list('', MOST_LOOKED_AT)).filter(({ key }) => !isHidden(key))
  const most = Math.min(Math.max(Math.trunc(count) || 1, 1), MOST_SHOWN)
  const wanted = search.toLowerCase()
  const below = files.filter(({ key }) =>
    wanted === '' ? key.startsWith(folder) : key.toLowerCase().includes(wanted),
  )
  const isHere = ({ key }: { key: string }) => wanted !== '' || !key.includes('/', folder.length)
  const here = below.filter(isHere)
  const folders = below.filter((file) => !isHere(file)).map(({ key }) => firstFolder(key, folder))
  return {
    mount,
    place: readablePath(source.root),
    all: files.length,
    more: files.length >= MOST_LOOKED_AT,
    total: here.length,
    folders: [...new Set(folders)].slice(0, most),
    originals: here
      .slice(0, most)
      .map(({ key, size, lastModified }) => ({ key, size, at: lastModified.getTime() })),
  }
}

/** `.DS_Store`, `.git/…`: not meant to be seen. */
function isHidden(key: string): boolean {
  return /(^|\/)\./.test(key)
}

function firstFolder(key: string, below: string): string {
  return key.slice(0, key.indexOf('/', below.length) + 1)
}
