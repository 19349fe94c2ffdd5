import * as v from 'valibot'
import { ORIGINALS, ORIGINALS_GROUPS } from './mount-schema.js'
import { bucket, filled, group, isObject, text, whole } from './schema-parts.js'

// CloudWatch Logs API, PutRetentionPolicy.
const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
]
const PRICE_CLASSES = ['PriceClass_100', 'PriceClass_200', 'PriceClass_All'] as const

const LIMITS = {
  // WebP's longest side, the shortest of all formats' maxima.
  side: v.optional(whole(1, 16_383)),
  text: v.optional(whole(0, 1_000)),
  path: v.optional(whole(64, 4_096)),
}

const GENERATE = {
  generator: v.optional(filled),
  assets: v.optional(v.array(filled, 'must be a list of paths')),
  text: v.optional(text),
  font: v.optional(filled),
  bucket: v.optional(bucket),
  files: v.optional(
    v.union(
      [v.boolean(), v.pipe(text, v.regex(/^(?!\/|generated\/).+\/$/))],
      "must be true, false, or a prefix that ends in / and does not start with / or generated/, such as 'public/'",
    ),
  ),
  limits: group(LIMITS),
  memory: v.optional(whole(128, 10_240)),
  timeout: v.optional(whole(3, 30)),
  runtime: v.optional(
    v.pipe(text, v.regex(/^nodejs(2[2-9]|[3-9]\d)\.x$/, 'must be a Node.js runtime, nodejs22.x or later')),
  ),
  expireAfterDays: v.optional(
    v.union(
      [whole(1, 36_500), v.literal(false)],
      'must be a whole number of days from 1, or false for never',
    ),
  ),
  access: v.optional(v.picklist(['private', 'public'], "must be 'private' or 'public'")),
}

const PACKAGES = { bucket: v.optional(bucket) }

const DOMAIN = {
  aliases: v.optional(v.array(filled, 'must be a list of domain names')),
  certificate: v.optional(
    v.pipe(
      text,
      v.regex(
        /^arn:aws:acm:us-east-1:\d{12}:certificate\/[\w-]+$/,
        'must be the ARN of an ACM certificate in us-east-1, the only region whose certificates CloudFront accepts',
      ),
    ),
  ),
  priceClass: v.optional(v.picklist(PRICE_CLASSES, `must be one of ${PRICE_CLASSES.join(', ')}`)),
}

const LOGS = {
  retentionDays: v.optional(v.picklist(RETENTION_DAYS, `must be one of ${RETENTION_DAYS.join(', ')}`)),
}

const CONFIG = {
  stack: v.optional(
    v.pipe(
      text,
      v.regex(
        /^[a-z][a-z0-9-]{0,38}[a-z0-9]$/,
        'must be 2 to 40 characters of a-z, digits and hyphens, starting with a letter and not ending in a hyphen',
      ),
    ),
  ),
  generate: group(GENERATE),
  originals: group(ORIGINALS),
  packages: group(PACKAGES),
  domain: group(DOMAIN),
  logs: group(LOGS),
  permissionsBoundary: v.optional(
    v.pipe(
      text,
      v.regex(/^arn:aws:iam::(\d{12}|aws):policy\/[\w+=,.@/-]+$/, 'must be the ARN of an IAM policy'),
    ),
  ),
}

export const SCHEMA = v.pipe(isObject, v.strictObject(CONFIG))

/**
 * The names in each group of settings, by the group's path. `''` is the whole configuration, and `<mount>` is any
 * mount.
 */
export const GROUPS: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    '': CONFIG,
    generate: GENERATE,
    'generate.limits': LIMITS,
    ...ORIGINALS_GROUPS,
    packages: PACKAGES,
    domain: DOMAIN,
    logs: LOGS,
  }).map(([path, entries]) => [path, Object.keys(entries)]),
)
