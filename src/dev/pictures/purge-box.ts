import { randomUUID } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { namesIn, removeIfPresent, writeWhole } from '../../lib/whole-files.js'
import type { Chosen } from './renditions.js'

/** How often `genato dev` looks into the box, in ms. */
const INTERVAL = 200
/** How long `genato purge` waits to see whether someone looks, in ms. */
const PATIENCE = 2_000

/** Requests from `genato purge` to a running `genato dev`, one file each: it needs no port and no secret. */
function boxOf(data: string): string {
  return path.join(data, 'purge')
}

/**
 * Asks a running `genato dev` to forget its copies.
 * @returns whether one has: `false` if none is running.
 */
export async function askToForget(data: string, chosen: Chosen): Promise<boolean> {
  const file = path.join(boxOf(data), `${randomUUID()}.json`)
  await writeWhole(file, [Buffer.from(JSON.stringify(chosen))])
  for (const end = Date.now() + PATIENCE; Date.now() < end; await sleep(INTERVAL / 2))
    if ((await readFile(file).catch(() => undefined)) === undefined) return true
  return !(await removeIfPresent(file))
}

/** Answers the requests that come, until `close`. Requests from before are dropped: the cache is empty at the start. */
export async function answerPurges(
  data: string,
  forget: (chosen: Chosen) => void,
): Promise<{ close(): void }> {
  const box = boxOf(data)
  await mkdir(box, { recursive: true })
  for (const name of await namesIn(box)) await removeIfPresent(path.join(box, name))
  let timer: NodeJS.Timeout | undefined
  let closed = false
  const look = async () => {
    for (const name of await namesIn(box)) {
      if (!name.endsWith('.json')) continue
      const file = path.join(box, name)
      const chosen = readChosen(await readFile(file, 'utf8').catch(() => ''))
      if (chosen) forget(chosen)
      await removeIfPresent(file)
    }
  }
  const next = () => {
    timer = setTimeout(() => {
      // The folder may be gone, and come back.
      void look()
        .catch(() => undefined)
        .finally(() => {
          if (!closed) next()
        })
    }, INTERVAL)
  }
  next()
  return {
    close() {
      closed = true
      clearTimeout(timer)
    },
  }
}

function readChosen(text: string): Chosen | undefined {
  try {
    const { mount, key, prefix } = JSON.parse(text) as Record<string, unknown>
    if (typeof mount !== 'string') return undefined
    if (typeof key === 'string') return { mount, key }
    return typeof prefix === 'string' ? { mount, prefix } : undefined
  } catch {
    return undefined
  }
}
