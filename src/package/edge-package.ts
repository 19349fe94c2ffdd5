import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { readFont, type Font } from '../../handler/shared/grammar/font.js'
import { nameCharacter } from '../../handler/shared/grammar/encoding.js'
import type { Asset, Settings } from '../config/types.js'
import { messageOf, usageError } from '../lib/errors.js'
import { packageRoot } from '../lib/package-root.js'
import { listAssets, readSetting } from './assets.js'
import type { PackageContent } from './package-content.js'
import type { PackageFile } from './package-file.js'

/**
 * What the package of the edge function has besides its bundle: the font with its fontconfig file, and the assets.
 * @throws GenatoError BAD_CONFIG
 */
export async function edgeContent(settings: Settings): Promise<PackageContent> {
  const { text, limits, font: ownFont, generator, files } = settings.generate
  const [assets, font] = await Promise.all([readAssets(settings), readFontSetting(settings)])
  refuseText(text, font.font, limits.text)
  return {
    baked: {
      text,
      limits,
      files: files ?? true,
      fontFile: font.path,
      fontFamily: font.font.family,
      assets: Object.fromEntries(assets.map(({ name, path }) => [name, path])),
      rendering: renderingDigest(settings, font.bytes, assets),
    },
    generator,
    files: [...font.files, ...assets.map(({ path, bytes }) => ({ path, bytes }))],
    inputs: [...assets.map(({ file }) => file), ...(ownFont ? [ownFont] : [])],
    origin: {
      generator: generator ? path.basename(generator) : 'built in',
      text,
      font: font.font.family,
      limits,
      assets: settings.generate.assets,
    },
  }
}

type ReadAsset = Asset & PackageFile

async function readAssets(settings: Settings): Promise<ReadAsset[]> {
  const assets = await listAssets(settings.generate.assets, settings.root)
  return Promise.all(
    assets.map(async (asset) => ({
      ...asset,
      path: `assets/${asset.name}`,
      bytes: await readSetting(`generate.assets: ${asset.name}`, asset.file),
    })),
  )
}

interface ReadFont {
  font: Font
  bytes: Buffer
  /** Its path in the package. */
  path: string
  files: PackageFile[]
}

/** Uses none of the system's fonts, and emboldens letters of a font that has no bold face. */
const FONTS_CONF = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir prefix="relative">.</dir>
  <dir prefix="relative">../assets</dir>
  <cachedir>/tmp/genato-fontconfig</cachedir>
  <match target="font">
    <test name="weight" compare="less_eq"><const>medium</const></test>
    <test target="pattern" name="weight" compare="more_eq"><const>bold</const></test>
    <edit name="embolden" mode="assign"><bool>true</bool></edit>
  </match>
</fontconfig>
`

async function readFontSetting({ generate: { font: own }, root }: Settings): Promise<ReadFont> {
  const folder = path.join(packageRoot(), 'handler', 'fonts')
  const what = `generate.font: ${own === undefined ? 'the bundled one' : path.relative(root, own)}`
  const bytes = await readSetting(what, own ?? path.join(folder, 'Inter-Regular.ttf'))
  const inPackage = `fonts/text${own === undefined ? '.ttf' : path.extname(own).toLowerCase()}`
  const license = own === undefined ? await readFile(path.join(folder, 'OFL.txt')) : undefined
  try {
    return {
      font: readFont(bytes),
      bytes,
      path: inPackage,
      files: [
        { path: inPackage, bytes },
        { path: 'fonts/fonts.conf', bytes: Buffer.from(FONTS_CONF) },
        ...(license ? [{ path: 'fonts/OFL.txt', bytes: license }] : []),
      ],
    }
  } catch (error) {
    throw usageError('BAD_CONFIG', `${what} can't be used. ${messageOf(error)}`)
  }
}

function refuseText(text: string, font: Font, limit: number): void {
  const missing = font.lacking(text)
  if (missing.length > 0)
    throw usageError(
      'BAD_CONFIG',
      `generate.text: the font ${font.family} has no ${missing.map(nameCharacter).join(', ')}.`,
      'Leave them out, or set generate.font to a file that has them.',
    )
  const length = Array.from(text).length
  if (length > limit)
    throw usageError(
      'BAD_CONFIG',
      `generate.text is ${length} characters long, but generate.limits.text is ${limit}.`,
    )
}

/**
 * A digest of everything besides the generator's version that affects pixels. A change regenerates all images.
 */
function renderingDigest(
  { generate: { text, generator } }: Settings,
  font: Buffer,
  assets: ReadAsset[],
): string {
  const parts = [
    // A custom generator doesn't get the text.
    ...(generator ? ['own'] : ['built in', text]),
    FONTS_CONF,
    sha256(font),
    ...assets.map(({ name, bytes }) => [name, sha256(bytes)]),
  ]
  return sha256(Buffer.from(JSON.stringify(parts)))
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
