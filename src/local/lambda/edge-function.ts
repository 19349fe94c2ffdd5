import { functionName } from '../../config/names.js'
import type { Settings } from '../../config/types.js'
import type { LambdaFunction } from './environment.js'

/**
 * Lambda@Edge functions live in this region. Source: CloudFront developer guide, "Restrictions on
 * Lambda@Edge".
 */
const EDGE_REGION = 'us-east-1'

/** The generator's function, as the local Lambda runs it. */
export function edgeFunction({ stack, generate }: Settings): LambdaFunction {
  const { memory, timeout, runtime } = generate
  // CloudFront runs numbered versions only, never $LATEST (the same page): the first, before any is
  // published.
  return {
    name: functionName(stack),
    atEdge: true,
    region: EDGE_REGION,
    memory,
    timeout,
    runtime,
    version: 1,
  }
}
