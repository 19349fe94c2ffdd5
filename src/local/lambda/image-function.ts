import { ORIGINALS_VARIABLE, RENDITIONS_VARIABLE } from '../../../handler/shared/pictures/mount.js'
import { originalsBucket, originalsFunctionName, renditionsBucket } from '../../config/names.js'
import type { Settings } from '../../config/types.js'
import { HOME_REGION } from '../../lib/home-region.js'
import type { LambdaFunction } from './environment.js'

/** The function that makes renditions of originals, as the local Lambda runs it behind a function URL. */
export function imageFunction({ stack, generate, originals }: Settings): LambdaFunction {
  const { memory, timeout } = originals
  return {
    name: originalsFunctionName(stack),
    atEdge: false,
    region: HOME_REGION,
    memory,
    timeout,
    runtime: generate.runtime,
    version: '$LATEST',
    variables: {
      [ORIGINALS_VARIABLE]: originalsBucket(stack),
      [RENDITIONS_VARIABLE]: renditionsBucket(stack),
    },
  }
}
