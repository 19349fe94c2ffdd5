import { GenatoError, usageError } from '../lib/errors.js'
import type { Found } from '../resources/distribution.js'
import type { Target } from './target.js'

/**
 * The stack's one distribution, if there is one.
 * @throws GenatoError TWO_DISTRIBUTIONS, OTHER_BUCKET
 */
export function theOne(
  found: readonly Found[],
  { images, settings, function: { name } }: Target,
  adopt = false,
): Found | undefined {
  if (found.length > 1)
    throw new GenatoError(
      'TWO_DISTRIBUTIONS',
      `There is more than one distribution in front of the bucket ${images} or the function ${name}: ${found.map(({ id }) => id).join(', ')}.`,
      {
        hint: 'Delete those that are not needed in the CloudFront console (or take another origin or function there).',
      },
    )
  const [one] = found
  // An images bucket that was moved by chance would leave all that is stored behind.
  if (
    one &&
    one.buckets.length > 0 &&
    !one.buckets.includes(images) &&
    settings.generate.bucket === undefined &&
    !adopt
  )
    throw usageError(
      'OTHER_BUCKET',
      `Distribution ${one.id} serves from the bucket ${one.buckets[0]}, and the configuration means ${images}.`,
      `Set generate.bucket to '${one.buckets[0]}' in the configuration to keep it.`,
    )
  return one
}
