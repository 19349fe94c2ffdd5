import { readFileSync } from 'node:fs'
import path from 'node:path'
import { inspect } from '../../handler/images/inspect.js'
import type { Picture } from '../../handler/images/types.js'
import { DEFAULT_LIMITS } from '../../handler/shared/pictures/mount.js'
import { ROOT } from './project.js'

/** A photograph of test/handler/images/photos. */
export function photograph(name: 'astronaut' | 'cat'): Buffer {
  return readFileSync(path.join(ROOT, 'test', 'handler', 'images', 'photos', `${name}.jpg`))
}

export async function pictureOf(bytes: Buffer): Promise<Picture> {
  return inspect(bytes, DEFAULT_LIMITS)
}
