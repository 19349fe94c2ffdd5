import type { DistributionConfig, Origin } from '@aws-sdk/client-cloudfront'
import { expect, it } from 'vitest'
import { readLive } from '../../src/stacks/live.js'
import { zipFiles, zipHashes } from '../../src/package/zip.js'
import { contentDigest } from '../../src/package/package-file.js'
import { changeDistribution, IMAGES, PACKAGES, refusal, somebody, useAws } from '../support/aws.js'
import { describeAws } from '../support/moto/moto.js'
import { smallPackage, stackOn } from '../support/stack.js'

const FILES = [{ path: 'index.js', bytes: Buffer.from('exports.handler = () => 1') }]

/** Like `smallPackage`, with the digest of its content. */
function trueToItself() {
  return {
    ...smallPackage(),
    digest: async () => contentDigest(FILES),
    zip: async () => {
      const zip = await zipFiles(FILES)
      return { zip, ...zipHashes(zip) }
    },
  }
}

/** An origin that isn't a bucket. */
function website(Id: string | undefined): Origin {
  return {
    Id,
    DomainName: 'example.com',
    OriginPath: '',
    CustomOriginConfig: { HTTPPort: 80, HTTPSPort: 443, OriginProtocolPolicy: 'https-only' },
  }
}

describeAws('the live package', () => {
  const aws = useAws()
  const stack = async () => stackOn({ endpoint: aws.proxy.endpoint })

  it('is read from the distribution, its version and the packages bucket, and nothing is written', async () => {
    const { deploy, session } = await stack()
    const { distribution } = await deploy(trueToItself())
    const other = somebody(aws.moto.endpoint)
    await changeDistribution(other, distribution.id, ({ Origins }) => ({
      Origins: { Quantity: 1, Items: Origins?.Items?.map((one) => ({ ...one, OriginPath: '/site' })) },
    }))
    aws.proxy.clear()
    expect(await session(readLive)).toMatchObject({
      distribution: distribution.id,
      bucket: IMAGES,
      origin: { domain: `${IMAGES}.s3.us-east-1.amazonaws.com`, path: '/site' },
      version: { number: 1, memory: expect.any(Number), timeout: 30 },
      digest: contentDigest(FILES),
      files: FILES,
    })
    expect(aws.proxy.writes()).toEqual([])
  })

  it('is refused if something is missing or unexpected', async () => {
    const { deploy, session } = await stack()
    const other = somebody(aws.moto.endpoint)
    expect(await refusal(session(readLive))).toMatchObject({ code: 'NOT_DEPLOYED', exitCode: 1 })

    const { distribution } = await deploy()
    expect(await refusal(session(readLive))).toMatchObject({ code: 'PACKAGE_DIFFERS' })
    const { Contents: [zip] = [] } = await other.s3.listObjectsV2({ Bucket: PACKAGES })
    await other.s3.deleteObject({ Bucket: PACKAGES, Key: zip?.Key })
    expect(await refusal(session(readLive))).toMatchObject({
      code: 'PACKAGE_GONE',
      message: expect.stringContaining(`${PACKAGES}/${zip?.Key}`),
    })

    let bucketOrigin: DistributionConfig['Origins']
    await changeDistribution(other, distribution.id, ({ Origins }) => {
      bucketOrigin = Origins
      return { Origins: { Quantity: 1, Items: [website(Origins?.Items?.[0]?.Id)] } }
    })
    expect(await refusal(session(readLive))).toMatchObject({
      code: 'NO_BUCKET',
      message: expect.stringContaining('example.com'),
    })

    const ZipFile = await zipFiles([{ path: 'index.js', bytes: Buffer.from('by hand') }])
    const { Version } = await other.lambda.updateFunctionCode({
      FunctionName: 'genato-func',
      ZipFile,
      Publish: true,
    })
    await changeDistribution(other, distribution.id, ({ DefaultCacheBehavior }) => ({
      Origins: bucketOrigin,
      DefaultCacheBehavior: {
        ...DefaultCacheBehavior,
        LambdaFunctionAssociations: {
          Quantity: 1,
          Items: DefaultCacheBehavior?.LambdaFunctionAssociations?.Items?.map((one) => ({
            ...one,
            LambdaFunctionARN: one.LambdaFunctionARN?.replace(/\d+$/, Version ?? ''),
          })),
        },
      } as typeof DefaultCacheBehavior,
    }))
    expect(await refusal(session(readLive))).toMatchObject({
      code: 'NOT_OURS',
      message: expect.stringContaining('was not published by genato'),
    })

    await changeDistribution(other, distribution.id, ({ DefaultCacheBehavior }) => ({
      DefaultCacheBehavior: {
        ...DefaultCacheBehavior,
        LambdaFunctionAssociations: { Quantity: 0, Items: [] },
      } as typeof DefaultCacheBehavior,
    }))
    expect(await refusal(session(readLive))).toMatchObject({
      code: 'NOT_DEPLOYED',
      message: expect.stringContaining('runs no version'),
    })
  })
})
