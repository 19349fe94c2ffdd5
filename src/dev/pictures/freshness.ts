import { cacheTag } from '../../../handler/shared/pictures/cache-tag.js'
import { messageOf } from '../../lib/errors.js'
import type { Edge } from '../../local/cloudfront/edge.js'
import type { ObjectFolder } from '../../objects/folder.js'
import type { Reporter } from '../../reporter/reporter.js'
import { watchOriginals, type ChangedOriginal } from './changes.js'
import { answerPurges } from './purge-box.js'
import { listRenditions, type Chosen } from './renditions.js'
import type { RunningPictures } from './running-pictures.js'

interface Keeping {
  /** The folder of data, which has the box of purges. */
  data: string
  renditions: ObjectFolder
  edge: Pick<Edge, 'purge'>
  pictures: () => RunningPictures | undefined
  reporter: Pick<Reporter, 'warn'>
  /** Called once the copies are forgotten. */
  onChanged: (changed: readonly ChangedOriginal[]) => void
}

/**
 * Makes the edge forget its copies when `genato purge` was run, and when an original has changed: here a changed file
 * is a changed original at once, while on AWS an edge keeps its copy for up to a day.
 */
export async function keepFresh({
  data,
  renditions,
  edge,
  pictures,
  reporter,
  onChanged,
}: Keeping): Promise<{ close(): void }> {
  const forgetChanged = async (changed: readonly ChangedOriginal[]) => {
    const mounts = new Map(pictures()?.mounts.map((mount) => [mount.name, mount]))
    // Nobody else looks whether these are still right.
    for (const one of changed)
      if (mounts.get(one.mount)?.fresh === 'purge')
        for (const { objectKey } of await listRenditions(renditions, one)) await renditions.delete(objectKey)
    edge.purge({ tags: changed.map(({ mount, key }) => cacheTag(mount, key)) })
    onChanged(changed)
  }
  const box = await answerPurges(data, (chosen) => void edge.purge(copiesOf(chosen)))
  const watching = watchOriginals(
    () => pictures()?.originals.folders ?? new Map(),
    (changed) =>
      void forgetChanged(changed).catch((error: unknown) =>
        reporter.warn(`Renditions of changed originals could not be deleted: ${messageOf(error)}.`),
      ),
  )
  return {
    close() {
      box.close()
      watching.close()
    },
  }
}

function copiesOf(chosen: Chosen): { tags?: string[]; paths?: string[] } {
  return 'key' in chosen ? { tags: [cacheTag(chosen.mount, chosen.key)] } : { paths: [`/${chosen.mount}/*`] }
}
