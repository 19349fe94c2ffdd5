import { EXIT, GenatoError, usageError, type ExitCode } from '../lib/errors.js'
import type { Settings } from '../config/types.js'
import type { Reporter } from '../reporter/reporter.js'
import { findPurgeable, imageCount, purge as purgeImages } from '../stacks/purge.js'
import { ALL, countStored, readChosen, type Chosen, type Counted } from '../stacks/stored-images.js'
import { askPackage } from './ask-package.js'
import { sizeText } from '../lib/units.js'
import { withTarget } from './with-target.js'
import { urlPath } from './url-path.js'
import type { Run } from './run.js'

/** `genato purge [path]`: exit code 1 where no stored image is meant. */
export async function purge(
  run: Run,
  path: string | undefined,
  args: { dryRun?: boolean },
): Promise<ExitCode> {
  const dryRun = args.dryRun === true
  return withTarget(run, { dryRun }, async (session, target) => {
    const { reporter } = run
    const purgeable = await findPurgeable(session, target)
    const chosen = path === undefined ? ALL : await choose(path, target.settings, reporter)
    const counted = await countStored(session, target.images, chosen)
    const found = `${imageCount(counted.objects)} (${sizeText(counted.bytes)})`
    if (counted.objects > 0 && !dryRun)
      await run.confirm(`${sentence(found, counted, path)} Delete ${counted.objects === 1 ? 'it' : 'them'}?`)
    const purged = await purgeImages(session, target, purgeable, chosen, counted)
    if (counted.objects === 0 && path !== undefined) throw nothing(path, counted)
    const forgets = purged.invalidated ? '; CloudFront forgets what it kept within minutes.' : '.'
    reporter.result(
      dryRun
        ? `${sentence(found, counted, path)} Nothing was deleted.`
        : `${imageCount(purged.objects)} (${sizeText(purged.bytes)}) deleted${forgets}`,
      purged,
    )
    return EXIT.done
  })
}

async function choose(given: string, settings: Settings, reporter: Reporter): Promise<Chosen> {
  // Without what follows it, the path would often mean more images than were asked for.
  const [sign] = /[?#]/.exec(given) ?? []
  if (sign !== undefined)
    throw usageError(
      'BAD_PATH',
      `${given} is not the path of images: the service gets nothing from the ${sign} on.`,
      `Leave that out, or write ${sign} as ${encodeURIComponent(sign)} where it is part of the path.`,
    )
  const path = urlPath(given)
  // Only a path without the asterisk has to be understood.
  if (path.endsWith('*')) return readChosen(path, unasked)
  return askPackage(settings, { reporter, log: false }, async ({ explain }) => readChosen(path, explain))
}

async function unasked(): Promise<never> {
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
      nearest === undefined ? 'Nothing like it is stored.' : `The nearest that is stored: ${nearest}.`,
      'An image is matched by its whole path (genato explain shows its key), several by how they begin: /640x480 or "/640x480,navy*". Texts are stored under a digest, so a text is matched whole or not at all.',
    ].join(' '),
  })
}
