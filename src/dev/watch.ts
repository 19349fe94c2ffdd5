import { unwatchFile, watchFile, type StatsListener } from 'node:fs'
import path from 'node:path'

export interface Watcher {
  /** Watches these files and their folders, instead of the previous ones. */
  follow(files: readonly string[]): void
  close(): void
}

/** How often files are checked, in ms. */
const INTERVAL = 200

/**
 * Calls back with each file that changed. It polls, because notifications miss files that editors replace by
 * renaming, and don't come at all from many mounted folders. Polling is cheap for the few files of a
 * generator. Folders are watched too, because a missing file may be created.
 */
export function watchFiles(onChange: (file: string) => void): Watcher {
  const watched = new Map<string, StatsListener>()
  const stop = (file: string, listener: StatsListener) => {
    unwatchFile(file, listener)
    watched.delete(file)
  }
  return {
    follow(files) {
      const wanted = new Set(files.flatMap((file) => [file, path.dirname(file)]))
      for (const [file, listener] of watched) if (!wanted.has(file)) stop(file, listener)
      for (const file of wanted) {
        if (watched.has(file)) continue
        const listener: StatsListener = (now, before) => {
          if (now.mtimeMs !== before.mtimeMs || now.size !== before.size || now.ino !== before.ino)
            onChange(file)
        }
        watched.set(file, listener)
        watchFile(file, { interval: INTERVAL, persistent: false }, listener)
      }
    },
    close() {
      for (const [file, listener] of watched) stop(file, listener)
    },
  }
}
