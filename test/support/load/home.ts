import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { openObjectFolder } from '../../../src/objects/folder.js'

/** A new project, and a folder for everything that its server writes outside the project. */
export interface Home {
  folder: string
  /** The server's environment, for `startServer`. */
  env: Record<string, string>
  /** Leftover temporary files, and half-written files in the store. */
  leftovers(): string[]
  remove(): void
}

export function makeHome(
  config: object = {},
  files: Record<string, string> = {},
  parent = os.tmpdir(),
): Home {
  const folder = realpathSync(mkdtempSync(path.join(parent, 'genato-load-')))
  const temp = path.join(folder, 'temp')
  mkdirSync(temp)
  writeFileSync(path.join(folder, 'genato.config.json'), JSON.stringify(config))
  for (const [name, content] of Object.entries(files)) writeFileSync(path.join(folder, name), content)
  return {
    folder,
    env: { TMPDIR: temp },
    leftovers: () => [
      ...filesBelow(temp),
      ...filesBelow(path.join(folder, '.genato', 'images')).filter((file) => file.endsWith('.tmp')),
    ],
    remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }),
  }
}

/** Puts files into the bucket while the server isn't running. */
export async function putFiles(
  { folder }: Home,
  files: Record<string, Buffer>,
  contentType: string,
): Promise<void> {
  const objects = await openObjectFolder(path.join(folder, '.genato', 'images', 'objects'))
  for (const [key, body] of Object.entries(files)) await objects.put(key, { body, contentType })
}

/** Every stored object, and the incomplete files, while the server isn't running. */
export async function stored({ folder }: Home): Promise<{ objects: Map<string, Buffer>; torn: string[] }> {
  const torn: string[] = []
  const opened = await openObjectFolder(path.join(folder, '.genato', 'images', 'objects'), {
    onCorrupt: (_, file) => torn.push(file),
  })
  const objects = new Map<string, Buffer>()
  for (const { key } of await opened.list(''))
    objects.set(key, (await opened.get(key))?.body ?? Buffer.alloc(0))
  return { objects, torn }
}

function filesBelow(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : []
}
