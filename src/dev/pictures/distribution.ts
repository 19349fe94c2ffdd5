import type { Mount } from '../../../handler/shared/pictures/mount.js'
import {
  GATE,
  mountBehaviour,
  PICTURES_FAILOVER,
  PICTURES_GROUP,
  PICTURES_ORIGIN,
  RENDITIONS_ORIGIN,
} from '../../../templates/mount-behaviour.js'
import { bucketDomain, originalsFunctionName, renditionsBucket } from '../../config/names.js'
import type { Settings } from '../../config/types.js'
import { HOME_REGION } from '../../lib/home-region.js'
import type { Distribution } from '../../local/cloudfront/edge.js'
import { openFunctionUrl } from '../../local/lambda/function-url.js'
import type { ObjectFolder } from '../../objects/folder.js'
import type { RunningPictures } from './running-pictures.js'

/** CloudFront waits this much longer than the function runs. In ms. */
const LONGER = 1_000

/**
 * What the mounts add to the distribution.
 * @param pictures is asked for each request, because another package replaces the function.
 */
export function picturesDistribution(
  { stack, originals: { mounts, timeout } }: Settings,
  renditions: ObjectFolder,
  pictures: () => RunningPictures | undefined,
): Required<Pick<Distribution, 'behaviours' | 'origins' | 'viewerFunctions'>> {
  if (mounts.length === 0) return { behaviours: [], origins: {}, viewerFunctions: {} }
  const current = () => {
    const running = pictures()
    if (!running) throw new Error('There are no mounts anymore.')
    return running
  }
  const url = openFunctionUrl(() => current().runner, {
    name: originalsFunctionName(stack),
    region: HOME_REGION,
  })
  return {
    behaviours: mounts.map(({ name, fresh }: Mount) => mountBehaviour(name, fresh)),
    origins: {
      [RENDITIONS_ORIGIN]: { domain: bucketDomain(renditionsBucket(stack)), path: '', objects: renditions },
      [PICTURES_ORIGIN]: { ...url, readTimeoutMs: timeout * 1_000 + LONGER },
      [PICTURES_GROUP]: PICTURES_FAILOVER,
    },
    viewerFunctions: { [GATE]: async (event) => current().gate(event) },
  }
}
