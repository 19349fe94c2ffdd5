import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Context } from './contract.js'
import type { Files } from './served-files.js'
import { readFont, type Font } from './grammar/font.js'
import type { Limits } from './grammar/image.js'

/** What the build writes into the bundle. Paths are relative to the package. */
export interface Baked {
  text: string
  limits: Limits
  /** Which of the bucket's own files are served. */
  files: Files
  fontFile: string
  fontFamily: string
  /** By the name that the configuration gives them. */
  assets: Record<string, string>
  /** A digest of all that shapes pixels beside the generator's version: text, font, assets. */
  rendering: string
  /** A digest of the generator's modules: its version where it says `'auto'`, and absent where no module does. */
  sources?: string
}

/** What a generator is given of the package. */
export interface PackageFiles {
  context: Pick<Context, 'asset' | 'assetPath' | 'fontFile' | 'fontFamily'>
  /** Of the configured font. Its file is read when first asked for, and then kept. */
  font: () => Font
}

export function packageFiles(root: string, { assets, fontFile, fontFamily }: Baked): PackageFiles {
  const assetPath = (name: string) => {
    const file = Object.hasOwn(assets, name) ? assets[name] : undefined
    if (file !== undefined) return path.join(root, file)
    const names = Object.keys(assets)
    throw new Error(
      `There is no asset ${JSON.stringify(name)}. ${names.length === 0 ? 'The configuration names none.' : `There are: ${names.join(', ')}.`}`,
    )
  }
  const file = path.join(root, fontFile)
  let font: Font | undefined
  return {
    context: { assetPath, asset: async (name) => readFile(assetPath(name)), fontFile: file, fontFamily },
    font: () => (font ??= readFont(readFileSync(file))),
  }
}
