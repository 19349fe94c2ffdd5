import { canonicalPicturePath } from '../../handler/shared/pictures/path.js'
import { EXIT, usageError, type ExitCode } from '../lib/errors.js'
import { count } from '../lib/text.js'
import { sizeText } from '../lib/units.js'
import type { StoredRendition } from '../dev/pictures/renditions.js'
import { undecided } from './chosen-originals.js'
import type { Run } from './run.js'
import { findRenditions } from './stored-renditions.js'

/** `genato renditions photos/cats/tom.jpg`: what `genato dev` made of an original on this machine. */
export async function renditions(run: Run, given: string, args: { data?: string }): Promise<ExitCode> {
  const { mounts, found } = await findRenditions(run, given, args)
  if (!found) throw noMount(given, mounts)
  const { chosen, renditions: all } = found
  const rows = all.map((one): [string, string, string] => [
    `${viewersPath(one)}${acceptedBy(one)}`,
    sizeText(one.size),
    one.made.toISOString().replace('T', ' ').slice(0, 19),
  ])
  run.reporter.result(
    rows.length === 0
      ? `Nothing was made of ${chosen.text} on this machine.${encodedHint(given)}`
      : [
          `${count(all.length, 'rendition')} of ${chosen.text} on this machine (${sizeText(bytesOf(all))}), times in UTC`,
          ...aligned(rows),
        ].join('\n'),
    {
      originals: chosen.text,
      renditions: all.map((one) => ({
        path: viewersPath(one),
        key: one.objectKey,
        generation: one.generation,
        operations: one.written,
        bytes: one.size,
        made: one.made.toISOString(),
      })),
    },
  )
  return EXIT.done
}

export function bytesOf(all: readonly StoredRendition[]): number {
  return all.reduce((sum, { size }) => sum + size, 0)
}

/** Without the first slash, a name is taken as it is. */
function encodedHint(given: string): string {
  return !given.startsWith('/') && /%[0-9a-f]{2}/i.test(given)
    ? ` If the name is percent-encoded, write /${given}`
    : ''
}

function noMount(given: string, mounts: ReadonlySet<string>) {
  return usageError(
    'NO_SUCH_MOUNT',
    `${given} doesn't begin with a mount.`,
    mounts.size === 0
      ? 'There are none yet: genato dev --originals photos=DIR serves a folder as the mount photos. If it ran with --data, give the same --data here.'
      : `The mounts are ${[...mounts].join(', ')}. Write one, a slash, and the original's key, such as ${[...mounts][0]}/cats/tom.jpg.`,
  )
}

function viewersPath({ mount, key, operations }: StoredRendition): string {
  return canonicalPicturePath({ kind: 'rendition', mount, key, operations: undecided(operations) })
}

/** What `auto` became depends on the viewer. */
function acceptedBy({ operations: { format } }: StoredRendition): string {
  if (format.kind !== 'auto' || format.accepted === undefined) return ''
  return format.accepted === 'none' ? ' (no avif or webp)' : ` (${format.accepted})`
}

function aligned(rows: readonly [string, string, string][]): string[] {
  const [first, second] = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map(
    ([path, size, made]) => `  ${path.padEnd(first ?? 0)}  ${size.padStart(second ?? 0)}  ${made}`,
  )
}
