import * as v from 'valibot'
import { nearest } from '../../handler/shared/grammar/nearest.js'
import { usageError, type GenatoError } from '../lib/errors.js'
import type { Config } from './types.js'

const whole = (from: number, to: number) =>
  v.pipe(
    v.number('has to be a number'),
    v.integer('has to be a whole number'),
    v.minValue(from, `has to be ${from} at least`),
    v.maxValue(to, `has to be ${to} at most`),
  )
/** Refuses lists too, which valibot takes for objects. */
const isObject = v.custom<object>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'has to be an object',
)
const text = v.string('has to be a string')
const filled = v.pipe(text, v.nonEmpty('must not be empty'))
// S3 user guide, "General purpose bucket naming rules".
const bucket = v.pipe(
  text,
  v.regex(
    /^(?!xn--|sthree-)[a-z0-9](?:[a-z0-9.-]{1,61})[a-z0-9]$/,
    'has to be a bucket name: a-z, digits, dots and hyphens, 3 to 63 characters',
  ),
)
// CloudWatch Logs API, PutRetentionPolicy.
const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
]

const LIMITS = {
  // The most that WebP can hold is the least of all formats.
  side: v.optional(whole(1, 16_383)),
  text: v.optional(whole(0, 1_000)),
  path: v.optional(whole(64, 4_096)),
}
const BUCKETS = { images: v.optional(bucket), packages: v.optional(bucket) }
const LOGS = {
  retentionDays: v.optional(v.picklist(RETENTION_DAYS, `has to be one of ${RETENTION_DAYS.join(', ')}`)),
}
const PRICE_CLASSES = ['PriceClass_100', 'PriceClass_200', 'PriceClass_All'] as const
const ENTRIES = {
  stack: v.optional(
    v.pipe(
      text,
      v.regex(
        /^[a-z][a-z0-9-]{0,38}[a-z0-9]$/,
        'has to be 2 to 40 characters of a-z, digits and hyphens, starting with a letter and not ending in a hyphen',
      ),
    ),
  ),
  generator: v.optional(filled),
  assets: v.optional(v.array(filled, 'has to be a list of paths')),
  text: v.optional(text),
  font: v.optional(filled),
  limits: v.optional(v.pipe(isObject, v.strictObject(LIMITS))),
  memory: v.optional(whole(128, 10_240)),
  timeout: v.optional(whole(3, 30)),
  runtime: v.optional(
    v.pipe(text, v.regex(/^nodejs(2[2-9]|[3-9]\d)\.x$/, 'has to be a Node.js runtime from nodejs22.x on')),
  ),
  access: v.optional(v.picklist(['private', 'public'], "has to be 'private' or 'public'")),
  files: v.optional(
    v.union(
      [v.boolean(), v.pipe(text, v.regex(/^(?!\/|generated\/).+\/$/))],
      "has to be true, false, or a prefix that ends in / and does not start with / or generated/, such as 'public/'",
    ),
  ),
  buckets: v.optional(v.pipe(isObject, v.strictObject(BUCKETS))),
  expireImagesAfterDays: v.optional(
    v.union(
      [whole(1, 36_500), v.literal(false)],
      'has to be a whole number of days from 1, or false for never',
    ),
  ),
  aliases: v.optional(v.array(filled, 'has to be a list of domain names')),
  certificate: v.optional(
    v.pipe(
      text,
      v.regex(
        /^arn:aws:acm:us-east-1:\d{12}:certificate\/[\w-]+$/,
        'has to be the ARN of an ACM certificate in us-east-1, the only region that CloudFront takes one from',
      ),
    ),
  ),
  priceClass: v.optional(v.picklist(PRICE_CLASSES, `has to be one of ${PRICE_CLASSES.join(', ')}`)),
  logs: v.optional(v.pipe(isObject, v.strictObject(LOGS))),
  permissionsBoundary: v.optional(
    v.pipe(
      text,
      v.regex(/^arn:aws:iam::(\d{12}|aws):policy\/[\w+=,.@/-]+$/, 'has to be the ARN of an IAM policy'),
    ),
  ),
}
const SCHEMA = v.pipe(isObject, v.strictObject(ENTRIES))

/** The keys that may stand at each place of the configuration. */
const KEYS: Record<string, string[]> = {
  '': Object.keys(ENTRIES),
  limits: Object.keys(LIMITS),
  buckets: Object.keys(BUCKETS),
  logs: Object.keys(LOGS),
}

/** @throws GenatoError BAD_CONFIG that names the first wrong key, its value and what it has to be. */
export function checkConfig(value: unknown, source: string): Config {
  const result = v.safeParse(SCHEMA, value)
  if (result.success) {
    const config = result.output as Config
    refuseUncovered(config, source)
    return config
  }
  throw badConfig(result.issues[0], source)
}

/** CloudFront takes no alias that no certificate covers: known before anything is made. */
function refuseUncovered({ aliases = [], certificate }: Config, source: string): void {
  if (aliases.length === 0 || certificate !== undefined) return
  throw usageError(
    'BAD_CONFIG',
    `${source}: aliases names ${aliases.join(', ')}, and there is no certificate.`,
    'Set certificate to the ARN of an ACM certificate in us-east-1 that covers them. To keep what an adopted distribution has, leave both out.',
  )
}

function badConfig(issue: v.InferIssue<typeof SCHEMA>, source: string): GenatoError {
  const keys = issue.path?.map((item) => String(item.key)) ?? []
  const path = keys.join('.')
  if (issue.type !== 'strict_object' || issue.expected !== 'never')
    return usageError(
      'BAD_CONFIG',
      `${source}: ${path || 'the configuration'} ${issue.message}, and is ${show(issue.input)}.`,
    )
  const known = KEYS[keys.slice(0, -1).join('.')] ?? []
  const meant = nearest(keys.at(-1) ?? '', known)
  return usageError(
    'BAD_CONFIG',
    `${source}: there is no setting ${path}.${meant ? ` Did you mean ${[...keys.slice(0, -1), meant].join('.')}?` : ''}`,
    `The settings are ${known.join(', ')}.`,
  )
}

function show(value: unknown): string {
  if (typeof value === 'function') return 'a function'
  return (JSON.stringify(value) ?? String(value)).slice(0, 80)
}
