import { createHash } from 'node:crypto'
import { constants, type BigIntStats, type Dirent } from 'node:fs'
import { open, readdir, realpath, stat, type FileHandle } from 'node:fs/promises'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { systemCode } from '../lib/errors.js'
import type { StoredObject } from './object-file.js'
import type { ObjectHead, ReadableObjects } from './object-store.js'
import { isOriginalsKey } from './originals-key.js'
import { realFile, realPath } from './real-file.js'

/** A file of a folder of originals. */
interface Original {
  key: string
  /** Bytes. */
  size: number
  lastModified: Date
}

/** A plain folder of the user's files, as objects that can only be read. Keys are paths in it, with slashes. */
export interface OriginalsFolder extends ReadableObjects {
  /** Its real path. */
  root: string
  /** Fails for a file over 64 MiB, which only `open` reads. */
  get(key: string): Promise<StoredObject | undefined>
  open(key: string): Promise<(ObjectHead & { body: Buffer | Readable }) | undefined>
  /**
   * The files below a prefix, in the order of their keys' UTF-8 bytes, as S3 lists them. Links to folders are not
   * followed, so that a circle ends.
   * @param most the list ends after about this many files, with those it came across first.
   */
  list(prefix: string, most?: number): Promise<Original[]>
}

interface OpenFile {
  key: string
  /** Its path, with links followed. */
  real: string
  handle: FileHandle
  about: BigIntStats
  /** Leaves the closing to the caller. */
  keep: () => void
}

/** A larger file is never read into memory, and its ETag is not made from its bytes. */
const IN_MEMORY = 64 * 1024 * 1024
const MOST_LISTED = 100_000
/** Two changes of a file within the clock's resolution can have one time. Ms. */
const CLOCK_RESOLUTION = 2_000

/**
 * Opens a folder of originals. Every look at it sees the files as they are, so that a changed file is a changed
 * original.
 * @param dir an existing folder.
 * @throws the file system's error if it can't be read; later, too, except for files that are not there.
 */
export async function openOriginalsFolder(dir: string): Promise<OriginalsFolder> {
  const root = await realpath(dir)
  await readdir(root)
  /** ETags of unchanged files, by their real paths. */
  const etags = new Map<string, { state: string; etag: string }>()

  /** Opens the file of a key, and closes it after the task, unless the task keeps it. */
  async function withFile<T>(key: string, task: (file: OpenFile) => Promise<T>): Promise<T | undefined> {
    const real = await realFile(root, key)
    const handle = real === undefined ? undefined : await openFile(real)
    if (real === undefined || !handle) return undefined
    let kept = false
    const keep = () => void (kept = true)
    try {
      const about = await handle.stat({ bigint: true })
      return about.isFile() ? await task({ key, real, handle, about, keep }) : undefined
    } finally {
      if (!kept) await handle.close()
    }
  }

  async function readWhole({ key, real, handle, about }: OpenFile): Promise<StoredObject> {
    if (about.size > IN_MEMORY)
      throw new Error(`${real} has ${about.size} bytes, too many to be read at once.`)
    const body = await handle.readFile()
    // To hash megapixels takes milliseconds, for each rendition that is made of them.
    const known = knownETag(real, about)
    if (known !== undefined && stateOf(await handle.stat({ bigint: true })) === stateOf(about))
      return { ...described(key, about, known), body }
    const etag = quoted(createHash('md5').update(body).digest('hex'))
    if (Date.now() - Number(about.mtimeMs) > CLOCK_RESOLUTION)
      etags.set(real, { state: stateOf(about), etag })
    else etags.delete(real)
    return { ...described(key, about, etag), body }
  }

  function knownETag(real: string, about: BigIntStats): string | undefined {
    if (about.size > IN_MEMORY) return largeETag(about)
    const noted = etags.get(real)
    return noted?.state === stateOf(about) ? noted.etag : undefined
  }

  return {
    root,
    get: async (key) => withFile(key, readWhole),

    head: async (key) =>
      withFile(key, async (file) => {
        const etag = knownETag(file.real, file.about) ?? (await readWhole(file)).etag
        return { ...described(key, file.about, etag), size: Number(file.about.size) }
      }),

    open: async (key) =>
      withFile(key, async (file) => {
        const { handle, about, keep } = file
        const size = Number(about.size)
        if (size <= IN_MEMORY) {
          const { body, ...read } = await readWhole(file)
          return { ...read, size: body.length, body }
        }
        keep()
        // A file that grows meanwhile ends where its announced length ends.
        return {
          ...described(key, about, largeETag(about)),
          size,
          body: handle.createReadStream({ end: size - 1 }),
        }
      }),

    async list(prefix, most = MOST_LISTED) {
      const found: Original[] = []
      // Everything up to the prefix's last slash names the folder to search.
      const within = prefix.slice(0, prefix.lastIndexOf('/') + 1)
      if (within !== '' && (await realPath(root, within.slice(0, -1))) === undefined) return []
      for await (const { key, isLink } of filesBelow(root, within)) {
        if (!key.startsWith(prefix)) continue
        const file = isLink ? await realFile(root, key) : path.join(root, key)
        const about = file === undefined ? undefined : await stat(file).catch(() => undefined)
        if (!about?.isFile()) continue
        found.push({ key, size: about.size, lastModified: about.mtime })
        if (found.length >= most) break
      }
      return found.sort((one, other) => Buffer.compare(Buffer.from(one.key), Buffer.from(other.key)))
    },
  }
}

/** What lies below a folder, but folders. @param within empty, or a key that ends in a slash. */
async function* filesBelow(root: string, within: string): AsyncGenerator<{ key: string; isLink: boolean }> {
  const folders = [within]
  for (let folder = folders.shift(); folder !== undefined; folder = folders.shift()) {
    for (const entry of await entriesOf(path.join(root, folder))) {
      const key = folder + entry.name
      if (!isOriginalsKey(key)) continue
      if (entry.isDirectory()) folders.push(`${key}/`)
      else yield { key, isLink: entry.isSymbolicLink() }
    }
  }
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true })
    return entries.sort((one, other) => (one.name < other.name ? -1 : 1))
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM'].includes(systemCode(error) ?? '')) return []
    throw error
  }
}

async function openFile(real: string): Promise<FileHandle | undefined> {
  try {
    // Its links were followed: a link that takes its place now is not. Windows has no such flag.
    return await open(real, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0))
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(systemCode(error) ?? '')) return undefined
    throw error
  }
}

function described(key: string, about: BigIntStats, etag: string) {
  return {
    key,
    // S3's default. The image function looks at the bytes, whatever the name.
    contentType: 'binary/octet-stream',
    etag,
    lastModified: new Date(Number(about.mtimeMs)),
  }
}

function stateOf({ size, mtimeNs, ctimeNs, ino }: BigIntStats): string {
  return [size, mtimeNs, ctimeNs, ino].join('-')
}

/** Like an ETag of S3's multipart uploads, which isn't the MD5 of the bytes either. */
function largeETag(about: BigIntStats): string {
  return quoted(`${createHash('md5').update(stateOf(about)).digest('hex')}-1`)
}

function quoted(etag: string): string {
  return `"${etag}"`
}
