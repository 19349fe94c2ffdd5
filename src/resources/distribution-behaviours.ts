import type { CacheBehavior, DefaultCacheBehavior, DistributionConfig } from '@aws-sdk/client-cloudfront'
import { newBehaviour } from '../../templates/distribution.js'

/** A cache behaviour of either sort: the default one has no path pattern. */
export type AnyBehaviour = DefaultCacheBehavior & Pick<Partial<CacheBehavior>, 'PathPattern'>

/** The path that names the default behaviour. */
export const DEFAULT_PATH = '*'

/** @param path a path pattern, or `*` for the default behaviour. */
export function behaviourAt(config: DistributionConfig, path: string): AnyBehaviour | undefined {
  return path === DEFAULT_PATH
    ? config.DefaultCacheBehavior
    : config.CacheBehaviors?.Items?.find(({ PathPattern }) => PathPattern === path)
}

/** Changes one behaviour and keeps the order of all. */
export function changeBehaviour(
  config: DistributionConfig,
  path: string,
  change: (current: AnyBehaviour) => AnyBehaviour,
): DistributionConfig {
  return mapBehaviours(config, (current, at) => (at === path ? change(current) : current))
}

/** Changes every behaviour, users' own included, and keeps their order. */
export function mapBehaviours(
  config: DistributionConfig,
  change: (current: AnyBehaviour, path: string) => AnyBehaviour,
): DistributionConfig {
  const { DefaultCacheBehavior: byDefault, CacheBehaviors: others } = config
  return {
    ...config,
    ...(byDefault ? { DefaultCacheBehavior: change(byDefault, DEFAULT_PATH) } : {}),
    ...(others?.Items
      ? {
          CacheBehaviors: {
            ...others,
            Items: others.Items.map((one) => change(one, one.PathPattern ?? '') as CacheBehavior),
          },
        }
      : {}),
  }
}

/** Adds a behaviour after the others, so that it takes no request away from a user's own. */
export function addBehaviour(
  config: DistributionConfig,
  path: string,
  { origin, headers }: { origin: string; headers: string },
): DistributionConfig {
  const added: CacheBehavior = {
    ...newBehaviour(origin),
    Compress: false,
    ResponseHeadersPolicyId: headers,
    PathPattern: path,
  }
  const items = [...(config.CacheBehaviors?.Items ?? []), added]
  return { ...config, CacheBehaviors: { Quantity: items.length, Items: items } }
}
