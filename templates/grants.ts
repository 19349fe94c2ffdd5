import type { Statement } from './policy.js'

/**
 * What may be done with one bucket. The role's policy, the bucket's policy and the local S3 are all written from
 * this value, so that they can't disagree.
 */
export interface Grant {
  action: 's3:GetObject' | 's3:PutObject' | 's3:DeleteObject' | 's3:ListBucket'
  bucket: string
  /** Patterns of keys, as IAM matches them. Left out, the grant is on the bucket itself. */
  keys?: readonly string[]
}

/** @param keys patterns, such as `generated/*`. */
export function reads(bucket: string, ...keys: string[]): Grant {
  return { action: 's3:GetObject', bucket, keys }
}

/** @param keys patterns, such as `generated/*`. */
export function writes(bucket: string, ...keys: string[]): Grant {
  return { action: 's3:PutObject', bucket, keys }
}

/** @param keys patterns, such as `generated/*`. */
export function deletes(bucket: string, ...keys: string[]): Grant {
  return { action: 's3:DeleteObject', bucket, keys }
}

/** Also decides what S3 answers for an absent key: 404 to those who may list, 403 to everyone else. */
export function lists(bucket: string): Grant {
  return { action: 's3:ListBucket', bucket }
}

/** The elements of a statement that a grant decides. The others say who, and under which conditions. */
export function granted({ action, bucket, keys }: Grant): {
  Action: string
  Resource: NonNullable<Statement['Resource']>
} {
  const arn = `arn:aws:s3:::${bucket}`
  const [first = arn, ...others] = (keys ?? []).map((key) => `${arn}/${key}`)
  return { Action: action, Resource: others.length === 0 ? first : [first, ...others] }
}

/** @param key of an object, for an action on objects. */
export function isGranted(
  grants: readonly Grant[],
  action: Grant['action'],
  bucket: string,
  key?: string,
): boolean {
  return grants.some(
    (one) =>
      one.action === action &&
      one.bucket === bucket &&
      (key === undefined
        ? one.keys === undefined
        : one.keys?.some((pattern) => matchesPattern(pattern, key)) === true),
  )
}

/** Source: IAM user guide, "IAM JSON policy elements: Resource", wildcards: `*` also matches slashes. */
function matchesPattern(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[\\^$.|+()[\]{}]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`, 'su').test(text)
}
