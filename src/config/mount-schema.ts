import * as v from 'valibot'
import { looksLikePictureSize } from '../../handler/shared/pictures/size.js'
import { bucket, filled, group, isObject, text, whole } from './schema-parts.js'

/** The gate holds a table of the mounts in 10 KB of code. */
export const MOST_MOUNTS = 20

const RESERVED = ['generated', 'notes']
const NAME = 'must be named with a-z, digits and hyphens, starting with a letter, at most 40 characters'

/** The name of a mount: the first segment of its paths. */
export const mountName = v.pipe(
  text,
  v.regex(/^[a-z][a-z0-9-]{0,39}$/, NAME),
  v.check((name) => !looksLikePictureSize(name), 'must not be named like a size, such as x300'),
  v.check(
    (name) => !RESERVED.includes(name),
    `must not be named ${RESERVED.join(' or ')}, where genato keeps objects of its own`,
  ),
)

/** S3 knows no folders, but a prefix that doesn't end in a slash would also stand for its neighbours. */
const prefix = v.pipe(
  text,
  v.regex(
    /^$|^(?!\/)(?!.*\/\/)(?!(?:.*\/)?\.\.?\/)[^\0\\]*\/$/s,
    "must be empty, or end in / and have no empty, . or .. segment, such as 'public/'",
  ),
  // The role of the image function is granted what matches the prefix and a star.
  v.check(
    (given) => !/[*?]|\$\{/.test(given),
    'must not contain * or ? or ${, which IAM policies read as wildcards and variables',
  ),
)

const MODERATE = {
  minConfidence: v.optional(whole(1, 100)),
  labels: v.optional(v.array(filled, 'must be a list of labels')),
  action: v.optional(v.picklist(['blur', 'refuse'], "must be 'blur' or 'refuse'")),
}

const LIMITS = {
  // The function holds the whole original in memory.
  bytes: v.optional(whole(1, 104_857_600)),
  // sharp's own limit.
  pixels: v.optional(whole(1, 268_402_689)),
  frames: v.optional(whole(1, 10_000)),
  // WebP's longest side, the shortest of all formats' maxima.
  side: v.optional(whole(1, 16_383)),
}

/** What else must be written, and what excludes what, is checked in src/config/mounts.ts. */
const MOUNT = {
  bucket: v.optional(bucket),
  prefix: v.optional(prefix),
  allow: v.optional(
    v.union(
      [v.picklist(['any', 'signed']), v.array(filled)],
      "must be 'any', 'signed', or a list of operations such as ['400x300,webp', '800x,auto']",
    ),
  ),
  asIs: v.optional(v.boolean('must be true or false')),
  fresh: v.optional(v.picklist(['check', 'purge'], "must be 'check' or 'purge'")),
  faces: v.optional(v.picklist(['built-in', 'rekognition'], "must be 'built-in' or 'rekognition'")),
  moderate: v.optional(
    // A union would only say that no alternative fits.
    v.lazy((value) =>
      value === false
        ? v.literal(false)
        : v.pipe(
            v.custom<object>(
              (given) => v.is(isObject, given),
              "must be false, or an object such as { action: 'blur' }",
            ),
            v.strictObject(MODERATE),
          ),
    ),
  ),
  limits: group(LIMITS),
}

/** Valibot's records leave these keys out without a word. */
const LEFT_OUT = ['__proto__', 'prototype', 'constructor']

export const ORIGINALS = {
  memory: v.optional(whole(128, 10_240)),
  // The gate's distribution waits up to 60 s for the function, unless AWS raises the quota.
  timeout: v.optional(whole(3, 55)),
  mounts: v.optional(
    v.pipe(
      isObject,
      v.check(
        (mounts) => !LEFT_OUT.some((name) => Object.hasOwn(mounts, name)),
        `must not have a mount named ${LEFT_OUT.join(', ')}`,
      ),
      v.check(
        (mounts) => Object.keys(mounts).length <= MOST_MOUNTS,
        `must have at most ${MOST_MOUNTS} mounts`,
      ),
      v.record(mountName, v.pipe(isObject, v.strictObject(MOUNT))),
    ),
  ),
}

/** Stands for any mount's name in the path of a group of settings. */
export const ANY_MOUNT = '<mount>'

const IN_MOUNTS = `originals.mounts.${ANY_MOUNT}`

/** The groups of settings in `originals`, by their paths. */
export const ORIGINALS_GROUPS = {
  originals: ORIGINALS,
  [IN_MOUNTS]: MOUNT,
  [`${IN_MOUNTS}.moderate`]: MODERATE,
  [`${IN_MOUNTS}.limits`]: LIMITS,
}
