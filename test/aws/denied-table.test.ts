import { expect, test } from 'vitest'
import { refusals, useAws } from '../support/aws.js'
import type { Fault } from '../support/fault-proxy.js'
import { describeAws } from '../support/moto/moto.js'
import { stackOn } from '../support/stack.js'

/** Denies the call as the service does, with AWS's message for a missing permission. */
function denial(service: string, operation: string, action: string): Fault {
  if (operation.startsWith('Head')) return { kind: 'respond', status: 403, body: '' }
  const json = service === 'lambda' || service === 'logs'
  return {
    kind: 'error',
    code: json ? 'AccessDeniedException' : 'AccessDenied',
    message: `User: arn:aws:iam::123456789012:user/u is not authorized to perform: ${action} because no identity-based policy allows it`,
    status: service === 'logs' ? 400 : 403,
  }
}

/** Every operation of a first deploy, with the action that the error names or the warning that is printed. */
const OPERATIONS: [operation: string, action: string][] = [
  ['cloudfront:CreateDistributionWithTags', 'cloudfront:CreateDistribution'],
  ['cloudfront:CreateOriginAccessControl', 'cloudfront:CreateOriginAccessControl'],
  ['cloudfront:GetDistribution', 'cloudfront:GetDistribution'],
  ['cloudfront:ListDistributions', 'cloudfront:ListDistributions'],
  ['cloudfront:ListOriginAccessControls', 'cloudfront:ListOriginAccessControls'],
  ['iam:AttachRolePolicy', 'iam:AttachRolePolicy'],
  ['iam:CreateRole', 'iam:CreateRole'],
  ['iam:GetRole', 'iam:GetRole'],
  ['iam:GetRolePolicy', 'iam:GetRolePolicy'],
  ['iam:ListAttachedRolePolicies', 'iam:ListAttachedRolePolicies'],
  ['iam:PutRolePolicy', 'iam:PutRolePolicy'],
  ['lambda:AddPermission', 'warn The invoke permission of version 1 could not be added'],
  ['lambda:CreateFunction', 'lambda:CreateFunction'],
  // Read only to warn about a low quota.
  ['lambda:GetAccountSettings', ''],
  ['lambda:GetFunction', 'lambda:GetFunction'],
  ['lambda:GetFunctionConfiguration', 'lambda:GetFunctionConfiguration'],
  ['lambda:GetPolicy', 'warn The invoke permission of version 1 could not be added'],
  ['lambda:ListVersionsByFunction', 'lambda:ListVersionsByFunction'],
  ['lambda:PublishVersion', 'lambda:PublishVersion'],
  ['logs:CreateLogGroup', 'warn Logs in us-east-1 are kept as they were'],
  ['logs:DescribeLogGroups', 'warn Logs in us-east-1 are kept as they were'],
  ['logs:PutRetentionPolicy', 'warn Logs in us-east-1 are kept as they were'],
  ['s3:CreateBucket', 's3:CreateBucket'],
  ['s3:GetBucketEncryption', 's3:GetEncryptionConfiguration'],
  ['s3:GetBucketLifecycleConfiguration', 's3:GetLifecycleConfiguration'],
  ['s3:GetBucketOwnershipControls', 's3:GetBucketOwnershipControls'],
  ['s3:GetBucketPolicy', 's3:GetBucketPolicy'],
  ['s3:GetBucketTagging', 's3:GetBucketTagging'],
  ['s3:GetBucketVersioning', 's3:GetBucketVersioning'],
  ['s3:GetPublicAccessBlock', 's3:GetBucketPublicAccessBlock'],
  // HEAD has no body, and 403 may also mean that another account owns the bucket.
  ['s3:HeadBucket', 's3:ListBucket'],
  ['s3:HeadObject', 's3:GetObject'],
  ['s3:ListObjectsV2', 's3:ListBucket'],
  ['s3:PutBucketLifecycleConfiguration', 's3:PutLifecycleConfiguration'],
  ['s3:PutBucketPolicy', 's3:PutBucketPolicy'],
  ['s3:PutBucketTagging', 's3:PutBucketTagging'],
  ['s3:PutObject', 's3:PutObject'],
  ['sts:GetCallerIdentity', 'sts:GetCallerIdentity'],
]

describeAws('a first deploy without one permission', () => {
  const aws = useAws()
  const stackHere = async () =>
    stackOn({ endpoint: aws.proxy.endpoint, config: { logs: { retentionDays: 14 } } })

  test('makes no call that the table lacks', async () => {
    await (await stackHere()).deploy()
    const met = new Set(aws.proxy.calls.map(({ service, operation }) => `${service}:${operation}`))
    expect([...met].sort()).toEqual(OPERATIONS.map(([operation]) => operation))
  })

  test.each(OPERATIONS)('%s: %s', async (name, told) => {
    const [service = '', operation = ''] = name.split(':')
    const stack = await stackHere()
    const action = told.includes(':') ? told : name
    const play = denial(service, operation, action)
    const used = aws.proxy.fault({ service, operation, times: Infinity, play })
    if (told === '' || told.startsWith('warn ')) {
      expect(await stack.deploy()).toMatchObject({ finished: true })
      const warned = stack.said.filter((one) => one.startsWith('warn '))
      expect(warned.some((one) => one.startsWith(told) && one.includes('Access denied: '))).toBe(told !== '')
    } else if (operation === 'ListObjectsV2') {
      // Deploy lists old packages to delete them. Without the permission they stay.
      expect(await stack.deploy()).toMatchObject({ finished: true })
    } else {
      const errors = await refusals(stack.deploy())
      for (const { code, message, hint } of errors) {
        expect(code).toBe(operation === 'HeadBucket' ? 'BUCKET_TAKEN' : 'ACCESS_DENIED')
        expect(message).toContain(told)
        expect(hint).toContain('genato permissions prints')
      }
    }
    expect(used()).toBeGreaterThan(0)
  })
})
