import path from 'node:path'
import { nearest } from '../../handler/shared/grammar/nearest.js'
import { loadSettings, type Overrides } from '../config/load.js'
import { usageError } from '../lib/errors.js'
import { readablePath } from '../lib/readable-path.js'
import { sizeText } from '../lib/units.js'
import { saveFile } from '../lib/whole-files.js'
import { workFolder } from '../lib/work-folder.js'
import { withPackage } from '../local/lambda/with-package.js'
import { buildPackage, type FunctionPackage } from '../package/build.js'
import { PACKAGES, type PackageName } from '../package/packages.js'
import { zipOnce, type Zipped } from '../package/zip-once.js'
import type { Reporter } from '../reporter/reporter.js'

const LARGEST_SHOWN = 5

/** What isn't a zip for Lambda, and has a command of its own: `packageGate`. */
export const GATE = 'gate'

/** `genato package`: the zip for Lambda, checked by loading it once. */
export async function packageFunction(
  given: string | undefined,
  args: { out?: string },
  overrides: Overrides,
  reporter: Reporter,
): Promise<void> {
  const name = readName(given)
  const cwd = process.cwd()
  const settings = await loadSettings(cwd, overrides)
  const work = await workFolder(settings.root)
  const building = reporter.step('building the package')
  try {
    const built = await buildPackage(settings, reporter, name)
    const [zipped] = await Promise.all([
      zipOnce(built, path.join(work, 'package')),
      withPackage(
        settings,
        built,
        () => undefined,
        async () => undefined,
      ),
    ])
    const out = path.resolve(cwd, args.out ?? path.join(work, 'package.zip'))
    await saveFile(out, zipped.zip, 'Name another file with --out.')
    building.done(zipped.reused ? 'unchanged' : undefined)
    report(built, zipped, out, reporter)
  } catch (error) {
    building.failed()
    throw error
  }
}

/** @throws GenatoError UNKNOWN_PACKAGE */
function readName(given: string = PACKAGES[0].name): PackageName {
  const found = PACKAGES.find(({ name }) => name === given)
  if (found) return found.name
  const names = [...PACKAGES.map(({ name }) => name), GATE]
  const meant = nearest(given, names)
  const sorted = meant === undefined ? names : [meant, ...names.filter((name) => name !== meant)]
  throw usageError(
    'UNKNOWN_PACKAGE',
    `There is no package ${JSON.stringify(given)}.`,
    `Name one of these, or none: ${sorted.join(', ')}.`,
  )
}

function report(
  { name, files, digest }: FunctionPackage,
  { zip, sha256, codeSha256 }: Zipped,
  out: string,
  reporter: Reporter,
): void {
  const unzipped = files.reduce((sum, { bytes }) => sum + bytes.length, 0)
  const largest = [...files].sort((a, b) => b.bytes.length - a.bytes.length).slice(0, LARGEST_SHOWN)
  const rows = [
    ['package', readablePath(out)],
    ['size', `${size(zip.length)} zipped, ${size(unzipped)} unzipped, ${files.length} files`],
    ['sha256', sha256.slice(0, 12)],
    ['CodeSha256', codeSha256],
    ['content', digest.slice(0, 12)],
    ...largest.map(({ path, bytes }, index) => [
      index === 0 ? 'largest' : '',
      `${size(bytes.length).padStart(9)}  ${path}`,
    ]),
  ]
  reporter.result(rows.map(([title = '', value = '']) => `${title.padEnd(10)}  ${value}`).join('\n'), {
    name,
    file: path.relative(process.cwd(), out),
    bytes: zip.length,
    unzippedBytes: unzipped,
    sha256,
    codeSha256,
    contentDigest: digest,
    files: files.length,
    largest: largest.map(({ path, bytes }) => ({ path, bytes: bytes.length })),
  })
}

function size(bytes: number): string {
  return sizeText(bytes, 2)
}
