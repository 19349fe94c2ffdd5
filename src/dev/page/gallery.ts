import { GENERATED } from '../../../handler/shared/contract.js'
import type { ObjectFolder } from '../../objects/folder.js'
import type { Gallery, GalleryImage } from './messages.js'
import type { Notes } from './notes.js'
import type { Remembered } from './requests.js'

/** Older ones are only counted. */
const MOST_KEPT = 10_000

/** What has been made: listed once from the folder, and from then on kept in step with what is served. */
export interface MadeImages {
  /** @returns whether that is one that was not known yet. */
  served(request: Remembered): boolean
  /** Stored images may have gone: looks anew when next asked. */
  forget(): void
  /** @throws the file system's error. */
  newest(count: number): Promise<Gallery>
}

/** What is known of an image apart from its key. */
type Made = Pick<GalleryImage, 'size' | 'at'>

export function createGallery(images: Pick<ObjectFolder, 'list'> | undefined, notes: Notes): MadeImages {
  /** Oldest first. Without a folder, this is all that is known. */
  let made = new Map<string, Made>()
  let older = 0
  let listed = images === undefined
  let listing: Promise<void> | undefined
  /** Raised by `forget`: a list that was begun before is out of date. */
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
    // What is made while the folder is read may be missing in what is read.
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
      // What the function answered itself, its own line knows the key of.
      const key = fetched ?? report?.key
      if (key === undefined || !key.startsWith(GENERATED) || status >= 400) return false
      if (notes.pathOf(key) === undefined && path !== `/${key}`) notes.note(key, path)
      if (!listed && !listing) return false
      const known = made.get(key)
      // What lies elsewhere, as in a live bucket beneath the folder, was not made here.
      if ((images || known) && report?.outcome !== 'made') return false
      const size = report?.bytes ?? (status === 200 && bytes > 0 ? bytes : undefined)
      if (known && known.size === size) return false
      // Made again: the newest once more.
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
