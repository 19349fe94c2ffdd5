import { askToForget } from '../dev/pictures/purge-box.js'
import { EXIT, GenatoError, type ExitCode } from '../lib/errors.js'
import { count } from '../lib/text.js'
import { sizeText } from '../lib/units.js'
import { bytesOf } from './renditions.js'
import type { Run } from './run.js'
import type { Found } from './stored-renditions.js'

/**
 * `genato purge photos/cats/tom.jpg`: deletes what was made of originals on this machine. It doesn't ask: the next
 * request makes a rendition again. Exit code 1 if there was nothing to forget.
 */
export async function purgeOriginals(
  { reporter }: Run,
  { chosen, renditions, store, data }: Found,
  { dryRun }: { dryRun: boolean },
): Promise<ExitCode> {
  const found = `${count(renditions.length, 'rendition')} of ${chosen.text} (${sizeText(bytesOf(renditions))})`
  const counted = { originals: chosen.text, objects: renditions.length, bytes: bytesOf(renditions) }
  if (dryRun) {
    reporter.result(
      `${found} ${renditions.length === 1 ? 'is' : 'are'} stored. Nothing was deleted.`,
      counted,
    )
    return EXIT.done
  }
  for (const { objectKey } of renditions) await store.delete(objectKey)
  // Deleted first: otherwise the edge could fetch what is about to go.
  const forgotten = await askToForget(data, chosen.originals)
  if (renditions.length === 0 && !forgotten)
    throw new GenatoError('NOTHING_MATCHES', `Nothing was made of ${chosen.text} on this machine.`, {
      hint: 'Write a mount and the key of an original (photos/cats/tom.jpg), all below a folder (photos/cats/), or the URL of one rendition (/photos/400x300/cats/tom.jpg).',
    })
  reporter.result(`${found} deleted${forgotten ? '; genato dev has dropped its copies.' : '.'}`, {
    ...counted,
    forgotten,
  })
  return EXIT.done
}
