import path from 'node:path'
import { canonicalPicturePath, parsePicturePath } from '../../handler/shared/pictures/path.js'
import { signPath } from '../../handler/shared/pictures/sign.js'
import type { Mount } from '../../handler/shared/pictures/mount.js'
import { readOperationsKey } from '../../handler/shared/pictures/key.js'
import type { DevServer } from '../dev/dev.js'
import type { RunningPictures } from '../dev/pictures/running-pictures.js'
import { readablePath } from '../lib/readable-path.js'
import type { OriginalsFolder } from '../objects/originals-folder.js'
import { firstLines } from './dev-arguments.js'

/** How far to look for a picture to try. */
const LOOKED_AT = 500
/** Originals are told by their bytes. An example only has to be likely. */
const PICTURE = /\.(jpe?g|png|webp|gif|avif|svg|tiff?|bmp)$/i

/** A mount that is served, and a path to try. */
export interface ServedMount {
  mount: string
  /** Absolute. */
  folder: string
  /** With a signature where one is needed. `undefined` if there is no picture yet. */
  example: string | undefined
}

export async function servedMounts({
  pictures,
}: {
  pictures: Pick<RunningPictures, 'mounts' | 'originals' | 'keys'> | undefined
}): Promise<ServedMount[]> {
  if (!pictures) return []
  return Promise.all(
    pictures.mounts.map(async (mount) => {
      const folder = pictures.originals.folders.get(mount.name)
      if (!folder) throw new Error(`The mount ${mount.name} has no folder.`)
      const example = await exampleOf(mount, folder)
      const key = pictures.keys?.current
      return {
        mount: mount.name,
        folder: folder.root,
        example:
          example !== undefined && mount.allow === 'signed' && key !== undefined
            ? await signPath(example, { key })
            : example,
      }
    }),
  )
}

/** The path of a picture that the mount allows. */
async function exampleOf(mount: Mount, folder: OriginalsFolder): Promise<string | undefined> {
  const files = await folder.list('', LOOKED_AT).catch(() => [])
  const key = (
    files.find((file) => PICTURE.test(file.key)) ?? files.find((file) => path.extname(file.key) === '')
  )?.key
  if (key === undefined) return undefined
  const { allow, name } = mount
  if (typeof allow !== 'string') {
    const operations = allow[0] === undefined ? undefined : readOperationsKey(allow[0])
    if (operations) return canonicalPicturePath({ kind: 'rendition', mount: name, key, operations })
    return canonicalPicturePath({ kind: 'as-is', mount: name, key })
  }
  const written = `/${name}/400x300,smart,auto/${encodeURIComponent(key).replaceAll('%2F', '/')}`
  const parsed = parsePicturePath(written, new Map([[name, { name, limits: { side: Infinity } }]]))
  return parsed && canonicalPicturePath(parsed)
}

/** The lines that `genato dev` prints once it serves. */
export function banner(
  url: string,
  { settings: { generate, root }, examples }: DevServer,
  mounts: readonly ServedMount[],
  images: string,
): string {
  const made = generate.generator === undefined ? 'built in' : path.relative(root, generate.generator)
  return [
    ...firstLines(url, examples),
    ...mounts.map(
      ({ mount, folder, example }) =>
        `  ${mount.padEnd(9)}  ${example ?? `no pictures yet: put some into ${readablePath(folder)}`}${
          example === undefined ? '' : `   from ${readablePath(folder)}`
        }`,
    ),
    `  generator  ${made} · images in ${images} · Ctrl-C stops`,
  ].join('\n')
}
