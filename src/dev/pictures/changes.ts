import { setTimeout as sleep } from 'node:timers/promises'
import type { OriginalsFolder } from '../../objects/originals-folder.js'

/** Between two looks at the folders, in ms. */
const INTERVAL = 1_000
/** A look takes at most this share of the time. */
const SHARE = 0.1
/** Of each folder. Changes of others are noticed by the image function, once the edge's copy has expired. */
const MOST_WATCHED = 5_000

/** An original that was changed, added or removed. */
export interface ChangedOriginal {
  mount: string
  key: string
}

/**
 * Looks for changes in folders of originals, until `close`. It polls, as src/dev/watch.ts does.
 * @param folders are asked for each time: another configuration may bring others.
 */
export function watchOriginals(
  folders: () => ReadonlyMap<string, Pick<OriginalsFolder, 'list'>>,
  onChanged: (changed: readonly ChangedOriginal[]) => void,
): { close(): void } {
  const stop = new AbortController()
  void (async () => {
    const seen = new Map<Pick<OriginalsFolder, 'list'>, Map<string, string>>()
    while (!stop.signal.aborted) {
      const started = performance.now()
      const changed: ChangedOriginal[] = []
      for (const [mount, folder] of folders()) {
        // A folder that can't be read now is looked at again later.
        const now = await statesIn(folder).catch(() => undefined)
        if (!now) continue
        const before = seen.get(folder)
        seen.set(folder, now)
        if (before) changed.push(...differences(before, now).map((key) => ({ mount, key })))
      }
      if (stop.signal.aborted) return
      if (changed.length > 0) onChanged(changed)
      const took = performance.now() - started
      await sleep(Math.max(INTERVAL, took / SHARE), undefined, { signal: stop.signal, ref: false }).catch(
        () => undefined,
      )
    }
  })()
  return { close: () => stop.abort() }
}

async function statesIn(folder: Pick<OriginalsFolder, 'list'>): Promise<Map<string, string>> {
  const files = await folder.list('', MOST_WATCHED)
  return new Map(files.map(({ key, size, lastModified }) => [key, `${size} ${lastModified.getTime()}`]))
}

function differences(before: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>): string[] {
  const gone = [...before.keys()].filter((key) => !now.has(key))
  return [...gone, ...[...now].filter(([key, state]) => before.get(key) !== state).map(([key]) => key)]
}
