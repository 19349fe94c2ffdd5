import type { DistributionConfig } from '@aws-sdk/client-cloudfront'
import { GetObjectCommand } from '@aws-sdk/client-s3'
import type { FunctionRunner } from '../../src/local/lambda/runner.js'
import type { StoredObject } from '../../src/objects/object-file.js'
import { BEHAVIOURS, ORIGIN_ID } from '../../templates/distribution.js'
import { createEdge } from '../../src/local/cloudfront/edge.js'
import { bucketOf } from '../../src/resources/distribution-origins.js'
import { ACCOUNT, type Somebody } from './aws.js'
import type { FaultProxy } from './fault-proxy.js'

/** Viewers' responses for an uncached file, one before each call of a run. */
export interface Watched {
  /** The status and the next call, such as `403 before s3 PutBucketPolicy`. */
  answers: string[]
}

/**
 * Requests a file before every call of a run from two edges: one has the distribution's newest configuration, and
 * one still has the previous configuration while CloudFront rolls the new one out.
 */
export function watchUncached(
  { other, proxy }: { other: Somebody; proxy: FaultProxy },
  { id, key }: { id: string; key: string },
): Watched {
  const watched: Watched = { answers: [] }
  const inForce: DistributionConfig[] = []
  proxy.fault({
    times: Infinity,
    when: () => true,
    play: {
      kind: 'run',
      async run({ service, operation }) {
        // GetDistribution would move the stand-in's rollout forward.
        const { DistributionConfig: now } = await other.cloudfront.getDistributionConfig({ Id: id })
        if (!now) return
        if (JSON.stringify(inForce.at(-1)) !== JSON.stringify(now)) inForce.push(now)
        const { DistributionList: list } = await other.cloudfront.listDistributions({})
        const deployed = list?.Items?.find(({ Id }) => Id === id)?.Status === 'Deployed'
        if (deployed) inForce.splice(0, inForce.length - 1)
        for (const config of inForce)
          watched.answers.push(`${await statusAt(other, config, id, key)} before ${service} ${operation}`)
      },
    },
  })
  return watched
}

async function statusAt(
  other: Somebody,
  { Origins, DefaultCacheBehavior }: DistributionConfig,
  id: string,
  key: string,
): Promise<number> {
  const origin = Origins?.Items?.find(({ Id }) => Id === DefaultCacheBehavior?.TargetOriginId)
  const domain = origin?.DomainName ?? ''
  const reader = origin?.OriginAccessControlId
    ? `arn:aws:cloudfront::${ACCOUNT}:distribution/${id}`
    : 'anyone'
  const get = async (name: string): Promise<StoredObject | undefined> => {
    const body = await readAs(other, reader, bucketOf(domain) ?? '', name)
    return body && { key: name, body, contentType: 'image/png', etag: '"1"', lastModified: new Date(0) }
  }
  // The function passes a file on unchanged.
  const runner = {
    invoke: async (event: { Records: [{ cf: { request: object } }] }) => ({
      value: event.Records[0].cf.request,
    }),
  } as unknown as FunctionRunner
  const edge = createEdge({
    behaviours: BEHAVIOURS,
    origins: {
      [ORIGIN_ID]: {
        domain,
        path: origin?.OriginPath ?? '',
        objects: { get, head: async () => undefined },
      },
    },
    functions: { edge: runner },
    cacheBytes: 1_000_000,
  })
  const answer = await edge.serve({ method: 'GET', uri: `/${key}`, clientIp: '127.0.0.1', id: 'uncached' })
  if (answer.status >= 500) throw new Error(answer.reason)
  return answer.status
}

/**
 * S3's response to `anyone`, or to the distribution with this ARN.
 * @returns `undefined` if S3 denies it.
 */
export async function readAs(
  { s3 }: Somebody,
  reader: string,
  Bucket: string,
  Key: string,
): Promise<Buffer | undefined> {
  const command = new GetObjectCommand({ Bucket, Key })
  command.middlewareStack.add(
    (next) => async (args) => {
      ;(args.request as { headers: Record<string, string> }).headers['x-genato-reader'] = reader
      return next(args)
    },
    { step: 'build' },
  )
  try {
    const { Body } = await s3.send(command)
    return Buffer.from((await Body?.transformToByteArray()) ?? [])
  } catch (error) {
    if (error instanceof Error && error.name === 'AccessDenied') return undefined
    throw error
  }
}
