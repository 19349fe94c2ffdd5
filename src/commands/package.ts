import path from 'node:path'
import { loadSettings, type Overrides } from '../config/load.js'
import { buildPackage, type FunctionPackage } from '../package/build.js'
import { withPackage } from '../local/lambda/with-package.js'
import { writeWhole } from '../lib/write-whole.js'
import { zipOnce, type Zipped } from '../package/zip-once.js'
import { readablePath } from '../lib/readable-path.js'
import type { Reporter } from '../reporter/reporter.js'
import { workFolder } from '../lib/work-folder.js'

const LARGEST = 5

/** `genato package`: the zip that Lambda gets, checked by loading it once. */
export async function packageFunction(
  args: { out?: string },
  overrides: Overrides,
  reporter: Reporter,
): Promise<void> {
  const cwd = process.cwd()
  const settings = await loadSettings(cwd, overrides)
  const work = await workFolder(settings.root)
  const building = reporter.step('building the package')
  try {
    const built = await buildPackage(settings, reporter)
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
    await writeWhole(out, zipped.zip, 'Name another file with --out.')
    building.done(zipped.reused ? 'unchanged' : undefined)
    report(built, zipped, out, reporter)
  } catch (error) {
    building.failed()
    throw error
  }
}

function report(
  { files, digest }: FunctionPackage,
  { zip, sha256, codeSha256 }: Zipped,
  out: string,
  reporter: Reporter,
): void {
  const unzipped = files.reduce((sum, { bytes }) => sum + bytes.length, 0)
  const largest = [...files].sort((a, b) => b.bytes.length - a.bytes.length).slice(0, LARGEST)
  const rows = [
    ['package', readablePath(out)],
    ['size', `${megabytes(zip.length)} zipped, ${megabytes(unzipped)} unzipped, ${files.length} files`],
    ['sha256', sha256.slice(0, 12)],
    ['CodeSha256', codeSha256],
    ['content', digest.slice(0, 12)],
    ...largest.map(({ path, bytes }, index) => [
      index === 0 ? 'largest' : '',
      `${megabytes(bytes.length).padStart(9)}  ${path}`,
    ]),
  ]
  reporter.result(rows.map(([name = '', value = '']) => `${name.padEnd(10)}  ${value}`).join('\n'), {
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

function megabytes(bytes: number): string {
  return bytes < 100_000 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(2)} MB`
}
