import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Context } from './contract.js'
import type { Files } from './served-files.js'
import { readFont, type Font } from './grammar/font.js'
import type { Limits } from './grammar/image.js'

/** The settings that the build writes into the bundle. Paths are relative to the package. */
export interface Baked {
  text: string
  limits: Limits
  /** The files of the bucket that are served besides the images. */
  files: Files
  fontFile: string
  fontFamily: string
  /** Paths by the names in the configuration. */
  assets: Record<string, string>
  /** A digest of everything but the generator's version that affects pixels: text, font, assets. */
  rendering: string
  /** A digest of the generator's modules, which replaces the version `'auto'`. Absent if no module says `'auto'`. */
  sources?: string
}

/** The package's files, as a generator gets them. */
export interface PackageFiles {
  context: Pick<Context, 'asset' | 'assetPath' | 'fontFile' | 'fontFamily'>
  /** Reads the configured font at the first call, and keeps it. */
  font: () => Font
}

export function packageFiles(root: string, { assets, fontFile, fontFamily }: Baked): PackageFiles {
  const assetPath = (name: string) => {
    const file = Object.hasOwn(assets, name) ? assets[name] : undefined
    if (file !== undefined) return path.join(root, file)
    const names = Object.keys(assets)
    throw new Error(
      `There is no asset ${JSON.stringify(name)}. ${names.length === 0 ? 'The configuration lists none.' : `The assets are: ${names.join(', ')}.`}`,
    )
  }
  const file = path.join(root, fontFile)
  let font: Font | undefined
  return {
    context: { assetPath, asset: async (name) => readFile(assetPath(name)), fontFile: file, fontFamily },
    font: () => (font ??= readFont(readFileSync(file))),
  }
}
