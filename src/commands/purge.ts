import { EXIT, type ExitCode } from '../errors.js'
import { purge as purgeImages } from '../stacks/purge.js'
import { sizeText } from './size.js'
import { withTarget } from './target.js'
import type { Run } from './run.js'

/** `genato purge [prefix]` */
export async function purge(
  run: Run,
  prefix: string | undefined,
  args: { dryRun?: boolean },
): Promise<ExitCode> {
  const dryRun = args.dryRun === true
  return withTarget(run, { dryRun }, async (session, target) => {
    if (!dryRun)
      await run.confirm(
        `Delete ${prefix === undefined ? 'all generated images' : `the generated images of ${prefix}…`} in ${target.images}?`,
      )
    const purged = await purgeImages(session, target, prefix ?? '')
    const images = `${purged.objects} image${purged.objects === 1 ? '' : 's'} (${sizeText(purged.bytes)})`
    run.reporter.result(
      dryRun
        ? `${images} would be deleted.`
        : `${images} deleted${purged.invalidated ? '; CloudFront forgets what it kept within minutes.' : '.'}`,
      purged,
    )
    return EXIT.done
  })
}
