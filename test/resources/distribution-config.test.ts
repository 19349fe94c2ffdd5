import type { CacheBehavior, DistributionConfig } from '@aws-sdk/client-cloudfront'
import { expect, test } from 'vitest'
import { CACHE_POLICY, HEADERS_POLICY, newDistribution, ORIGIN_ID } from '../../templates/distribution.js'
import {
  converge,
  distributionDrift,
  type DistributionWanted,
} from '../../src/resources/distribution-config.js'
import { sameConfig } from '../../src/resources/distribution-compare.js'
import { disabled, isDisabled, versionOn } from '../../src/resources/distribution-functions.js'

const FUNCTION = 'arn:aws:lambda:us-east-1:123456789012:function:genato-func'

const behaviour = (path: string) => ({
  path,
  origin: ORIGIN_ID,
  cachePolicy: CACHE_POLICY,
  headersPolicy: HEADERS_POLICY,
  functions: [{ event: 'origin-request' as const, arn: `${FUNCTION}:3` }],
})

const WANTED: DistributionWanted = {
  origins: [{ id: ORIGIN_ID, domain: 'images.s3.us-east-1.amazonaws.com', accessControl: 'E1' }],
  behaviours: [behaviour('*')],
  aliases: undefined,
  certificate: undefined,
  priceClass: undefined,
}

const deployed = (wanted = WANTED) => converge(newDistribution('1', 'genato: genato'), wanted, true).config

/** With users' own behaviours. */
function withBehaviours(config: DistributionConfig, ...paths: string[]): DistributionConfig {
  const items = paths.map((PathPattern): CacheBehavior => ({
    PathPattern,
    TargetOriginId: 'theirs',
    ViewerProtocolPolicy: 'allow-all',
  }))
  return { ...config, CacheBehaviors: { Quantity: items.length, Items: items } }
}

const pathsOf = ({ CacheBehaviors }: DistributionConfig) =>
  CacheBehaviors?.Items?.map(({ PathPattern }) => PathPattern)

test('a new distribution has everything that is wanted, and nothing of it drifts', () => {
  expect(distributionDrift(deployed(), WANTED)).toEqual([])
  expect(deployed().DefaultCacheBehavior).toMatchObject({
    TargetOriginId: ORIGIN_ID,
    CachePolicyId: CACHE_POLICY,
    ResponseHeadersPolicyId: HEADERS_POLICY,
    LambdaFunctionAssociations: { Quantity: 1, Items: [{ LambdaFunctionARN: `${FUNCTION}:3` }] },
  })
})

test('behaviours that a user swapped are another configuration, and stay swapped', () => {
  const before = withBehaviours(deployed(), '/a/*', '/b/*')
  const swapped = withBehaviours(deployed(), '/b/*', '/a/*')
  expect(sameConfig(before, swapped)).toBe(false)
  const { config, changed } = converge(swapped, WANTED, false)
  expect(changed).toEqual([])
  expect(pathsOf(config)).toEqual(['/b/*', '/a/*'])
})

test.each<[string, (config: DistributionConfig, reversed: boolean) => DistributionConfig, boolean]>([
  ['origins', (config, reversed) => ({ ...config, Origins: list(['a', 'b'], reversed) as never }), false],
  [
    'members of an origin group',
    (config, reversed) => ({
      ...config,
      OriginGroups: { Quantity: 1, Items: [{ Id: 'g', Members: list(['a', 'b'], reversed) }] } as never,
    }),
    false,
  ],
  ['domains', (config, reversed) => ({ ...config, Aliases: list(['a', 'b'], reversed) as never }), true],
  [
    'error pages',
    (config, reversed) => ({ ...config, CustomErrorResponses: list([404, 500], reversed) as never }),
    true,
  ],
  [
    'methods of a behaviour',
    (config, reversed) => ({
      ...config,
      CacheBehaviors: {
        Quantity: 1,
        Items: [{ PathPattern: '/a/*', AllowedMethods: list(['GET', 'HEAD'], reversed) }],
      } as never,
    }),
    true,
  ],
])('%s in another order', (_, change, isSame) => {
  const config = deployed()
  expect(sameConfig(change(config, false), change(config, true))).toBe(isSame)
})

function list(items: unknown[], reversed: boolean) {
  return { Quantity: items.length, Items: reversed ? items.toReversed() : items }
}

test('a behaviour with a path is added after the user’s, and is kept as it is from then on', () => {
  const wanted = { ...WANTED, behaviours: [behaviour('/photos/*'), behaviour('*')] }
  const { config, changed } = converge(withBehaviours(deployed(), '/theirs/*'), wanted, false)
  expect(changed).toEqual(['origin', 'cache policy', 'function'])
  expect(pathsOf(config)).toEqual(['/theirs/*', '/photos/*'])
  expect(config.CacheBehaviors?.Items?.[0]).toEqual(
    withBehaviours({} as never, '/theirs/*').CacheBehaviors?.Items?.[0],
  )
  expect(config.CacheBehaviors?.Items?.[1]).toMatchObject({
    TargetOriginId: ORIGIN_ID,
    CachePolicyId: CACHE_POLICY,
    ResponseHeadersPolicyId: HEADERS_POLICY,
    LambdaFunctionAssociations: { Quantity: 1, Items: [{ LambdaFunctionARN: `${FUNCTION}:3` }] },
  })
  expect(distributionDrift(config, wanted)).toEqual([])
  const off = disabled(config, [FUNCTION])
  expect(off.Enabled).toBe(false)
  expect(off.CacheBehaviors?.Items?.[1]?.LambdaFunctionAssociations?.Quantity).toBe(0)
  expect(off.DefaultCacheBehavior?.LambdaFunctionAssociations?.Quantity).toBe(0)
})

test('another function on an event of any behaviour is refused', () => {
  const wanted = { ...WANTED, behaviours: [behaviour('/photos/*'), behaviour('*')] }
  const { config } = converge(deployed(), wanted, false)
  const [photos] = config.CacheBehaviors?.Items ?? []
  const theirs = FUNCTION.replace('genato-func', 'theirs')
  const taken = {
    ...config,
    CacheBehaviors: {
      Quantity: 1,
      Items: [
        {
          ...photos,
          LambdaFunctionAssociations: {
            Quantity: 1,
            Items: [{ EventType: 'origin-request', LambdaFunctionARN: `${theirs}:1` }],
          },
        },
      ],
    },
  } as DistributionConfig
  expect(distributionDrift(taken, wanted)).toEqual([`another function, ${theirs}:1`])
  expect(() => converge(taken, wanted, false)).toThrow(`another function on origin-request: ${theirs}:1`)
})

test('a disabled distribution that still runs a function on another behaviour is not finished', () => {
  const wanted = { ...WANTED, behaviours: [behaviour('/photos/*'), behaviour('*')] }
  const { config } = converge(deployed(), wanted, false)
  const off = disabled(config, [FUNCTION])
  expect(isDisabled(off, [FUNCTION])).toBe(true)
  expect(isDisabled({ ...off, Enabled: true }, [FUNCTION])).toBe(false)
  expect(isDisabled({ ...off, CacheBehaviors: config.CacheBehaviors }, [FUNCTION])).toBe(false)
})

test('the live version of a function is read where it runs', () => {
  const photos = behaviour('/photos/*')
  const { config } = converge(deployed(), { ...WANTED, behaviours: [photos, behaviour('*')] }, false)
  const newer = { ...photos, functions: [{ event: 'origin-request' as const, arn: `${FUNCTION}:4` }] }
  const updated = converge(config, { ...WANTED, behaviours: [newer, behaviour('*')] }, false).config
  expect(versionOn(updated, '/photos/*', photos.functions[0]!)).toBe(4)
  expect(versionOn(updated, '*', photos.functions[0]!)).toBe(3)
})
