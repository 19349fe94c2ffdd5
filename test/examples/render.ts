import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import sharp from 'sharp'
import { readFont } from '../../handler/shared/grammar/font.js'
import { genato, useDevCli, type Ran } from '../support/cli.js'
import { ROOT, sharedFolder, tempFolder } from '../support/project.js'

/** The font that both examples draw with. */
export const FONT_FILE = path.join(ROOT, 'handler', 'fonts', 'Inter-Regular.ttf')
export const font = readFont(readFileSync(FONT_FILE))

/** The paths that an example's README names. */
export async function pathsInReadme(example: string): Promise<string[]> {
  const readme = await readFile(path.join(folder(example), 'README.md'), 'utf8')
  return [...readme.matchAll(/<http:\/\/localhost:6480([^>]*)>/g)].map(([, urlPath = '']) => urlPath)
}

/** Serves an example to all tests of a file. @returns what its package gives for a path. */
export function useExample(example: string): (urlPath: string) => Promise<Buffer> {
  const dev = useDevCli(folder(example), ['--data', sharedFolder()])
  return async (urlPath) => {
    const answer = await fetch(`${dev.url}${urlPath}`)
    const body = Buffer.from(await answer.arrayBuffer())
    if (answer.status !== 200) throw new Error(`${urlPath} gives ${answer.status}: ${body.toString()}`)
    return body
  }
}

/** Renders a path in a process of its own: nothing is kept from another time. */
export async function renderAlone(example: string, urlPath: string): Promise<Buffer> {
  const out = path.join(tempFolder(), 'image')
  const ran = await genato(['render', urlPath, '--out', out, '--json'], folder(example))
  if (ran.code !== 0) throw new Error(`genato render ${urlPath} failed: ${ran.stdout}${ran.stderr}`)
  return readFile(out)
}

/** What the tool says of a path: the lines of its `--json`. */
export async function tell(command: 'render' | 'explain', example: string, urlPath: string): Promise<Ran> {
  return genato([command, urlPath, '--json'], folder(example))
}

function folder(example: string): string {
  return path.join(ROOT, 'examples', example)
}

export interface Area {
  left: number
  top: number
  width: number
  height: number
}

/** The pixels of a part of an image, of which each distinct colour is counted. */
export async function colorsIn(image: Buffer, area: Area): Promise<Map<string, number>> {
  const { data, info } = await sharp(image)
    .extract(area)
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  const counts = new Map<string, number>()
  for (let at = 0; at < data.length; at += info.channels) {
    const color = data.toString('hex', at, at + 3)
    counts.set(color, (counts.get(color) ?? 0) + 1)
  }
  return counts
}
