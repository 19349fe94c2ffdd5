import { functionName } from '../../config/names.js'
import type { Settings } from '../../config/types.js'
import { HOME_REGION } from '../../lib/home-region.js'
import type { LambdaFunction } from './environment.js'

/** The generator's function, as the local Lambda runs it. */
export function edgeFunction({ stack, generate }: Settings): LambdaFunction {
  const { memory, timeout, runtime } = generate
  // CloudFront runs numbered versions only, never $LATEST ("Restrictions on Lambda@Edge"): the first, before any is
  // published.
  return {
    name: functionName(stack),
    atEdge: true,
    region: HOME_REGION,
    memory,
    timeout,
    runtime,
    version: 1,
  }
}
