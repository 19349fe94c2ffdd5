import * as v from 'valibot'
import { BadRequest } from '../../handler/shared/contract.js'
import { generationOf } from '../../handler/shared/pictures/generation.js'
import { operationsKey } from '../../handler/shared/pictures/key.js'
import { DEFAULT_LIMITS, type Moderation, type Mount } from '../../handler/shared/pictures/mount.js'
import { parsePicturePath } from '../../handler/shared/pictures/path.js'
import { usageError, type GenatoError } from '../lib/errors.js'
import { MOST_MOUNTS, mountName } from './mount-schema.js'
import type { MountConfig, Settings } from './types.js'

/**
 * The mounts of a checked configuration, with their defaults.
 * @param source the configuration's file.
 * @throws GenatoError BAD_CONFIG that names the wrong setting, its value and what to write.
 */
export function readMounts(mounts: Readonly<Record<string, MountConfig>>, source: string): Mount[] {
  return Object.entries(mounts).map(([name, mount]) => readMount(name, mount, source))
}

/**
 * Adds mounts that the configuration doesn't have, with their defaults. Viewers may ask them for everything.
 * @throws GenatoError BAD_MOUNT
 */
export function withMounts(settings: Settings, names: Iterable<string>): Settings {
  const { originals } = settings
  const added = [...names].filter((name) => !originals.mounts.some((mount) => mount.name === name))
  if (added.length === 0) return settings
  for (const name of added) {
    const problem = v.safeParse(mountName, name).issues?.[0].message
    if (problem !== undefined)
      throw usageError('BAD_MOUNT', `A mount ${problem} (got ${JSON.stringify(name)}).`)
  }
  if (originals.mounts.length + added.length > MOST_MOUNTS)
    throw usageError('BAD_MOUNT', `There can be at most ${MOST_MOUNTS} mounts.`)
  const mounts = added.map((name) => readMount(name, { allow: 'any' }, '--originals'))
  return { ...settings, originals: { ...originals, mounts: [...originals.mounts, ...mounts] } }
}

function readMount(name: string, given: MountConfig, source: string): Mount {
  const wrong = (setting: string, message: string, hint?: string) =>
    usageError('BAD_CONFIG', `${source}: originals.mounts.${name}.${setting} ${message}.`, hint)
  // The types require it, but a configuration may be JSON.
  const { allow } = given as Partial<MountConfig>
  if (allow === undefined)
    throw wrong(
      'allow',
      'is required',
      "'any' lets viewers ask for every size and effect, 'signed' only for URLs with a signature, and a list such as ['400x300,webp'] only for these operations.",
    )
  if (given.bucket !== undefined && given.prefix === undefined)
    throw wrong(
      'prefix',
      `is required, because ${given.bucket} is an existing bucket`,
      "'public/' serves only what lies below public/, and '' serves the whole bucket.",
    )
  const moderate = readModeration(given.moderate, wrong)
  const asIs = given.asIs ?? false
  if (asIs && moderate)
    throw wrong(
      'asIs',
      'must be false where moderate is set',
      'An original as it is stored could not be blurred. Leave out one of the two.',
    )
  const limits = { ...DEFAULT_LIMITS, ...given.limits }
  const mount: Omit<Mount, 'generation'> = {
    name,
    bucket: given.bucket,
    prefix: given.prefix ?? `${name}/`,
    allow: typeof allow === 'string' ? allow : readList(allow, { name, limits }, wrong),
    asIs,
    fresh: given.fresh ?? 'check',
    faces: given.faces ?? 'built-in',
    moderate,
    limits,
  }
  if (mount.allow.length === 0 && !asIs)
    throw wrong(
      'allow',
      'is an empty list, which allows nothing',
      "Write operations, such as ['400x300,webp'].",
    )
  return { ...mount, generation: generationOf(mount) }
}

type Wrong = (setting: string, message: string, hint?: string) => GenatoError

function readModeration(given: MountConfig['moderate'], wrong: Wrong): Moderation | false {
  if (given === undefined || given === false) return false
  const { action } = given as Partial<typeof given>
  if (action === undefined)
    throw wrong(
      'moderate.action',
      'is required',
      "'blur' blurs a picture with such a label, and 'refuse' answers with status 403.",
    )
  return { minConfidence: given.minConfidence ?? 75, labels: given.labels ?? [], action }
}

/** The entries of an allow-list in the form of keys, each once. */
function readList(
  entries: readonly string[],
  mount: { name: string; limits: { side: number } },
  wrong: Wrong,
): string[] {
  const keys = entries.map((entry, index) => {
    const refused = (why: string) => wrong(`allow.${index}`, `${why} (got ${JSON.stringify(entry)})`)
    if (/[/?\s]/.test(entry))
      throw refused('must be one segment of a URL, such as 400x300,webp, without / ? or spaces')
    try {
      // Any key does: only the segment before it counts.
      const parsed = parsePicturePath(`/${mount.name}/${entry}/x`, new Map([[mount.name, mount]]))
      if (parsed?.kind !== 'rendition') throw refused('must begin with a size, such as 400x300')
      if (parsed.operations.version !== undefined)
        throw refused('must not have v=, which would make any number of copies')
      return operationsKey(parsed.operations)
    } catch (error) {
      if (error instanceof BadRequest) throw refused(`can't be used. ${error.message.replace(/\.$/, '')}`)
      throw error
    }
  })
  return [...new Set(keys)]
}
