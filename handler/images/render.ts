import { BadRequest } from '../shared/contract.js'
import { quote } from '../shared/grammar/encoding.js'
import type { Mount } from '../shared/pictures/mount.js'
import { parsePicturePath } from '../shared/pictures/path.js'
import { resolved } from './explain.js'
import type { PictureWork } from './picture-work.js'
import type { Rendition } from './types.js'

/** Makes a rendition from an original's bytes. `auto` is what a viewer gets that names no better format. */
export async function renderPicture(
  { mounts, work }: { mounts: readonly Mount[]; work: PictureWork },
  path: string,
  original: Buffer,
  timeoutMs: number,
): Promise<Rendition> {
  const byName = new Map(mounts.map((mount) => [mount.name, mount]))
  const parsed = parsePicturePath(path, byName)
  const mount = parsed && byName.get(parsed.mount)
  if (!mount || parsed?.kind !== 'rendition')
    throw new BadRequest('NOT_FOUND', `${quote(path)} is not the path of a rendition.`)
  const { limits } = mount
  const picture = await work.inspect(original, limits)
  return work.make(picture, resolved(parsed.operations, 'none'), {
    limits,
    faces: async () => work.faces(picture, mount),
    blurred: false,
    seconds: Math.max(1, Math.ceil(timeoutMs / 1000)),
  })
}
