import type { Settings } from '../config/types.js'
import type { PackageContent } from './package-content.js'

/** What the package of the image function has besides its bundle. It draws no text, so it has no font. */
export async function imagesContent({ originals: { mounts } }: Settings): Promise<PackageContent> {
  return {
    baked: { mounts },
    generator: undefined,
    files: [],
    inputs: [],
    origin: { mounts: Object.fromEntries(mounts.map(({ name, generation }) => [name, generation])) },
  }
}
