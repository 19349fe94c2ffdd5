import { GENERATED } from '../../../handler/shared/contract.js'
import type { ObjectFolder } from '../../objects/folder.js'
import type { Gallery, GalleryImage } from './messages.js'
import type { Notes } from './notes.js'
import type { Remembered } from './requests.js'

/** Older images are only counted. */
const MOST_KEPT = 10_000

/** The generated images: listed from the folder once, and then kept up to date by the served requests. */
export interface MadeImages {
  /** @returns whether the request added an image. */
  served(request: Remembered): boolean
  /** Stored images may have been deleted: lists the folder again when next asked. */
  forget(): void
  /** @throws the file system's error. */
  newest(count: number): Promise<Gallery>
}

/** An image without its key. */
type Made = Pick<GalleryImage, 'size' | 'at'>

export function createGallery(images: Pick<ObjectFolder, 'list'> | undefined, notes: Notes): MadeImages {
  /** Oldest first. Without a folder, there is no other list. */
  let made = new Map<string, Made>()
  let older = 0
  let listed = images === undefined
  let listing: Promise<void> | undefined
  /** Raised by `forget`. A list that was begun before that is outdated. */
  let age = 0

  const add = (key: string, image: Made) => {
    made.set(key, image)
    const [oldest] = made.keys()
    if (made.size <= MOST_KEPT || oldest === undefined) return
    made.delete(oldest)
    older++
  }
  const list = async () => {
    if (!images) return
    // The listing may miss images that are stored while it runs.
    for (let begun = -1; begun !== age;) {
      begun = age
      made = new Map()
      const found = (await images.list(GENERATED)).sort((a, b) => +a.lastModified - +b.lastModified)
      if (begun !== age) continue
      const meanwhile = made
      made = new Map()
      older = 0
      for (const { key, size, lastModified } of found) add(key, { size, at: +lastModified })
      for (const [key, image] of meanwhile) if (!made.has(key)) add(key, image)
    }
    listed = true
  }
  return {
    served({ key: fetched, status, path, bytes, function: report }) {
      // For a response that the function generated, only its log line has the key.
      const key = fetched ?? report?.key
      if (key === undefined || !key.startsWith(GENERATED) || status >= 400) return false
      if (notes.pathOf(key) === undefined && path !== `/${key}`) notes.note(key, path)
      if (!listed && !listing) return false
      const known = made.get(key)
      // Objects from elsewhere, such as a live bucket below the folder, were not generated here.
      if ((images || known) && report?.outcome !== 'made') return false
      const size = report?.bytes ?? (status === 200 && bytes > 0 ? bytes : undefined)
      if (known && known.size === size) return false
      // Generated again: move it to the front.
      made.delete(key)
      add(key, { size, at: Date.now() })
      return true
    },
    forget() {
      age++
      if (images) listed = false
      else made.clear()
      older = 0
    },
    async newest(count) {
      await notes.read
      if (!listed)
        await (listing ??= list().finally(() => {
          listing = undefined
        }))
      return {
        total: made.size + older,
        images: [...made]
          .slice(-count)
          .toReversed()
          .map(([key, image]) => ({ key, ...image, path: notes.pathOf(key) })),
      }
    },
  }
}
