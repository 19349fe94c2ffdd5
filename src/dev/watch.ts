import { unwatchFile, watchFile, type StatsListener } from 'node:fs'
import path from 'node:path'

export interface Watcher {
  /** Watches these files, and the folders they are in, instead of those before. */
  follow(files: readonly string[]): void
  close(): void
}

/** How often files are looked at, in ms. */
const INTERVAL = 200

/**
 * Calls back with the file that changed. It looks at files at intervals, because notifications miss
 * what editors do by renaming, and do not come at all from many mounted folders; the few files that a
 * generator has make that cheap. Folders count too: a file that is missing may come.
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
