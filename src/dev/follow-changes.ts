import type { Distribution, Edge } from '../local/cloudfront/edge.js'
import { messageOf } from '../lib/errors.js'
import { removeKept } from '../lib/last-used.js'
import type { ObjectFolder } from '../objects/folder.js'
import type { DevOptions } from './dev.js'
import { dropOutdatedImages } from './local-images.js'
import type { Page } from './page/page.js'
import { dropOutdatedRenditions } from './pictures/renditions.js'
import { rebuildOnChange } from './rebuild.js'
import { buildAndRun, stopReplaced, type Running, type Surroundings } from './running.js'

/** Where what was made is stored. */
interface Stores {
  images: ObjectFolder
  renditions: ObjectFolder
  data: string
}

/** Deletes what other code and other settings made. @returns how many were deleted. */
export async function dropOutdated(
  { digest, pictures }: Running,
  { images, renditions, data }: Stores,
): Promise<number> {
  const dropped = await dropOutdatedImages(images, data, digest)
  return pictures ? dropped + (await dropOutdatedRenditions(renditions, data, pictures)) : dropped
}

interface Replacing {
  options: DevOptions
  stores: Stores
  edge: Edge
  page: Page
  /** @returns what viewers reach from now on. */
  onReplaced: (next: Running) => Distribution
}

/** Rebuilds what is served whenever something changes that it was built from. */
export function followChanges(
  first: Running,
  around: Surroundings,
  { options, stores, edge, page, onReplaced }: Replacing,
) {
  let dropped = 0
  return rebuildOnChange(first, {
    loadSettings: options.loadSettings,
    build: async (settings, before) => buildAndRun(settings, around, before),
    replace: async (before, next) =>
      edge.change(async () => {
        // The old code stops first, so that it stores nothing after its images were deleted.
        await stopReplaced(before, next)
        await removeReplaced(before, next)
        dropped = await dropOutdated(next, stores).catch((error: unknown) => {
          options.reporter.warn(`The images of the previous code could not be deleted: ${messageOf(error)}.`)
          return 0
        })
        return onReplaced(next)
      }),
    onRebuilt(file, ms) {
      const rebuilt = { file, ms, dropped }
      dropped = 0
      page.rebuilt(rebuilt)
      options.onRebuilt(rebuilt)
    },
    onFailed(error) {
      page.rebuildFailed(messageOf(error))
      options.onRebuildFailed(error)
    },
  })
}

/** Removes unpacked packages that are not used anymore. */
async function removeReplaced(before: Running, next: Running): Promise<void> {
  if (next.folder !== before.folder) await removeKept(before.folder)
  if (before.pictures && next.pictures?.folder !== before.pictures.folder)
    await removeKept(before.pictures.folder)
}
