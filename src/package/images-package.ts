import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { FACE_MODEL, FACE_MODEL_LICENSE } from '../../handler/shared/pictures/face-model.js'
import type { Settings } from '../config/types.js'
import { packageRoot } from '../lib/package-root.js'
import type { PackageContent } from './package-content.js'

/**
 * What the package of the image function has besides its bundle: the weights of the face detector. It draws no text, so
 * it has no font.
 */
export async function imagesContent({ originals: { mounts } }: Settings): Promise<PackageContent> {
  const own = path.join(packageRoot(), 'handler', 'images')
  return {
    baked: { mounts },
    generator: undefined,
    files: await Promise.all(
      [FACE_MODEL, FACE_MODEL_LICENSE].map(async (name) => ({
        path: name,
        bytes: await readFile(path.join(own, name)),
      })),
    ),
    inputs: [],
    origin: { mounts: Object.fromEntries(mounts.map(({ name, generation }) => [name, generation])) },
  }
}
