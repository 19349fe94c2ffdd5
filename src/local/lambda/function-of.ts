import { ORIGINALS_VARIABLE, RENDITIONS_VARIABLE } from '../../../handler/shared/pictures/mount.js'
import { functionName, originalsBucket, originalsFunctionName, renditionsBucket } from '../../config/names.js'
import type { Settings } from '../../config/types.js'
import { HOME_REGION } from '../../lib/home-region.js'
import type { PackageName } from '../../package/packages.js'
import type { LambdaFunction } from './environment.js'

/** The function that runs a package, as the local Lambda runs it. */
export function functionOf(name: PackageName, settings: Settings): LambdaFunction {
  switch (name) {
    case 'edge':
      return edgeFunction(settings)
    case 'images':
      return imagesFunction(settings)
    default:
      return name satisfies never
  }
}

/** The generator's function. */
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

/** The function behind the mounts, which a function URL runs. */
export function imagesFunction({ stack, generate, originals }: Settings): LambdaFunction {
  return {
    name: originalsFunctionName(stack),
    atEdge: false,
    region: HOME_REGION,
    memory: originals.memory,
    timeout: originals.timeout,
    runtime: generate.runtime,
    version: '$LATEST',
    variables: {
      [ORIGINALS_VARIABLE]: originalsBucket(stack),
      [RENDITIONS_VARIABLE]: renditionsBucket(stack),
    },
  }
}
