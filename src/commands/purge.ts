import { EXIT, GenatoError, usageError, type ExitCode } from '../lib/errors.js'
import type { Settings } from '../config/types.js'
import type { Reporter } from '../reporter/reporter.js'
import { bucketNamed } from '../stacks/description.js'
import { findPurgeable, imageCount, purge as purgeImages } from '../stacks/purge.js'
import { ALL, countStored, readChosen, type Chosen, type Counted } from '../stacks/stored-images.js'
import { askPackage } from './ask-package.js'
import { sizeText } from '../lib/units.js'
import { withStack } from './with-stack.js'
import { urlPath } from './url-path.js'
import { purgeOriginals } from './purge-originals.js'
import type { Run } from './run.js'
import { findRenditions } from './stored-renditions.js'

/** `genato purge [path]`: exit code 1 if no stored image matches the path. */
export async function purge(
  run: Run,
  path: string | undefined,
  args: { dryRun?: boolean; data?: string },
): Promise<ExitCode> {
  const dryRun = args.dryRun === true
  // Stored pictures are on this machine only, for the time being.
  const { found } = path === undefined ? { found: undefined } : await findRenditions(run, path, args)
  if (found) return purgeOriginals(run, found, { dryRun })
  return withStack(run, { dryRun }, async (session, stack) => {
    const { reporter } = run
    const purgeable = await findPurgeable(session, stack)
    const chosen = path === undefined ? ALL : await choose(path, stack.settings, reporter)
    const counted = await countStored(session, bucketNamed(stack, 'images').name, chosen)
    const images = `${imageCount(counted.objects)} (${sizeText(counted.bytes)})`
    if (counted.objects > 0 && !dryRun)
      await run.confirm(`${sentence(images, counted, path)} Delete ${counted.objects === 1 ? 'it' : 'them'}?`)
    const purged = await purgeImages(session, stack, purgeable, chosen, counted)
    if (counted.objects === 0 && path !== undefined) throw nothing(path, counted)
    const forgets = purged.invalidated ? '; CloudFront drops its copies within minutes.' : '.'
    reporter.result(
      dryRun
        ? `${sentence(images, counted, path)} Nothing was deleted.`
        : `${imageCount(purged.objects)} (${sizeText(purged.bytes)}) deleted${forgets}`,
      purged,
    )
    return EXIT.done
  })
}

async function choose(given: string, settings: Settings, reporter: Reporter): Promise<Chosen> {
  // Cutting the path here would often match more images than the user meant.
  const [sign] = /[?#]/.exec(given) ?? []
  if (sign !== undefined)
    throw usageError(
      'BAD_PATH',
      `${given} is not the path of an image: the service never sees the ${sign} and what follows it.`,
      `Leave that out, or write ${sign} as ${encodeURIComponent(sign)} if it is part of the path.`,
    )
  const path = urlPath(given)
  // With an asterisk, the path is a beginning, and needs no package to explain it.
  if (path.endsWith('*')) return readChosen(path, noPackage)
  return askPackage(settings, { reporter, log: false }, async ({ explain }) => readChosen(path, explain))
}

async function noPackage(): Promise<never> {
  throw new Error('A beginning needs no package.')
}

function sentence(found: string, { objects, generations }: Counted, path: string | undefined): string {
  const match = path === undefined ? `${objects === 1 ? 'is' : 'are'} stored` : matchText(objects, path)
  return `${found} ${generations > 1 ? `of ${generations} generations ` : ''}${match}.`
}

function matchText(objects: number, path: string): string {
  return `${objects === 1 ? 'matches' : 'match'} ${path}`
}

function nothing(path: string, { nearest }: Counted): GenatoError {
  return new GenatoError('NOTHING_MATCHES', `No stored image matches ${path}.`, {
    hint: [
      nearest === undefined ? 'Nothing like it is stored.' : `The nearest stored image: ${nearest}.`,
      'A whole path matches one image (genato explain shows its key), and a beginning matches several: /640x480 or "/640x480,navy*". Keys have a digest in place of a text, so the beginning of a text matches nothing.',
    ].join(' '),
  })
}
