import { BASIC_EXECUTION } from './execution-role.js'
import type { PolicyDocument } from './policy.js'

interface Names {
  images: string
  packages: string
  function: string
  role: string
  /** The ARN of the permissions boundary that the role has to have. */
  boundary?: string | undefined
}

/**
 * All that a person needs who runs deploy, status, logs, purge and cleanup of one stack, and nothing else.
 * What has no names of its own before it is made (distributions, access controls) is on all of the account's.
 * Sources: AWS service authorization reference; CloudFront developer guide, "Set up IAM permissions and
 * roles for Lambda@Edge".
 */
export function operatorPolicy(names: Names, account: string): PolicyDocument {
  const { images, packages, role, function: fn, boundary } = names
  // Without it, whoever may write the role's policy may give the role, and so the function, every right.
  const bounded = boundary === undefined ? {} : { StringEquals: { 'iam:PermissionsBoundary': boundary } }
  const buckets = [`arn:aws:s3:::${images}`, `arn:aws:s3:::${packages}`]
  const roleArn = `arn:aws:iam::${account}:role/${role}`
  const functionArn = `arn:aws:lambda:us-east-1:${account}:function:${fn}`
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'Buckets',
        Effect: 'Allow',
        Action: [
          's3:CreateBucket',
          's3:DeleteBucket',
          's3:DeleteBucketPolicy',
          's3:GetBucketOwnershipControls',
          's3:GetBucketPolicy',
          's3:GetBucketPublicAccessBlock',
          's3:GetBucketTagging',
          's3:GetBucketVersioning',
          's3:GetEncryptionConfiguration',
          's3:GetLifecycleConfiguration',
          's3:ListBucket',
          's3:ListBucketVersions',
          's3:PutBucketAcl',
          's3:PutBucketOwnershipControls',
          's3:PutBucketPolicy',
          's3:PutBucketPublicAccessBlock',
          's3:PutBucketTagging',
          's3:PutEncryptionConfiguration',
          's3:PutLifecycleConfiguration',
        ],
        Resource: buckets,
      },
      {
        Sid: 'Objects',
        Effect: 'Allow',
        Action: ['s3:DeleteObject', 's3:DeleteObjectVersion', 's3:GetObject', 's3:PutObject'],
        Resource: buckets.map((bucket) => `${bucket}/*`),
      },
      {
        Sid: 'ExecutionRole',
        Effect: 'Allow',
        Action: [
          'iam:DeleteRole',
          'iam:DeleteRolePolicy',
          'iam:DetachRolePolicy',
          'iam:GetRole',
          'iam:GetRolePolicy',
          'iam:ListAttachedRolePolicies',
          'iam:ListRolePolicies',
          'iam:TagRole',
          'iam:UpdateAssumeRolePolicy',
        ],
        Resource: roleArn,
      },
      {
        Sid: 'RoleRights',
        Effect: 'Allow',
        Action: [
          'iam:CreateRole',
          'iam:PutRolePolicy',
          ...(boundary === undefined ? [] : ['iam:PutRolePermissionsBoundary']),
        ],
        Resource: roleArn,
        ...(boundary === undefined ? {} : { Condition: bounded }),
      },
      {
        Sid: 'BasicExecution',
        Effect: 'Allow',
        Action: 'iam:AttachRolePolicy',
        Resource: roleArn,
        Condition: { ArnEquals: { 'iam:PolicyARN': BASIC_EXECUTION }, ...bounded },
      },
      {
        Sid: 'PassExecutionRole',
        Effect: 'Allow',
        Action: 'iam:PassRole',
        Resource: roleArn,
        Condition: { StringEquals: { 'iam:PassedToService': 'lambda.amazonaws.com' } },
      },
      {
        // Once in an account: Lambda's replicator and CloudFront's logger, made by the first association.
        Sid: 'ServiceLinkedRoles',
        Effect: 'Allow',
        Action: 'iam:CreateServiceLinkedRole',
        Resource: `arn:aws:iam::${account}:role/aws-service-role/*`,
        Condition: {
          StringEquals: {
            'iam:AWSServiceName': ['replicator.lambda.amazonaws.com', 'logger.cloudfront.amazonaws.com'],
          },
        },
      },
      {
        Sid: 'Function',
        Effect: 'Allow',
        Action: [
          'lambda:AddPermission',
          'lambda:CreateFunction',
          'lambda:DeleteFunction',
          'lambda:DisableReplication*',
          'lambda:EnableReplication*',
          'lambda:GetFunction',
          'lambda:GetFunctionConfiguration',
          'lambda:GetPolicy',
          'lambda:ListTags',
          'lambda:ListVersionsByFunction',
          'lambda:PublishVersion',
          'lambda:TagResource',
          'lambda:UpdateFunctionCode',
          'lambda:UpdateFunctionConfiguration',
        ],
        Resource: [functionArn, `${functionArn}:*`],
      },
      {
        Sid: 'LambdaAccount',
        Effect: 'Allow',
        Action: ['lambda:GetAccountSettings', 'lambda:ListFunctions'],
        Resource: '*',
      },
      {
        Sid: 'Distribution',
        Effect: 'Allow',
        Action: [
          'cloudfront:CreateInvalidation',
          'cloudfront:DeleteDistribution',
          'cloudfront:GetDistribution',
          'cloudfront:ListInvalidations',
          'cloudfront:ListTagsForResource',
          'cloudfront:TagResource',
          'cloudfront:UpdateDistribution',
        ],
        Resource: `arn:aws:cloudfront::${account}:distribution/*`,
      },
      {
        Sid: 'AccessControls',
        Effect: 'Allow',
        Action: [
          'cloudfront:DeleteOriginAccessControl',
          'cloudfront:GetOriginAccessControl',
          'cloudfront:UpdateOriginAccessControl',
        ],
        Resource: `arn:aws:cloudfront::${account}:origin-access-control/*`,
      },
      {
        // These name no resource that they could be narrowed to.
        Sid: 'CloudFrontAccount',
        Effect: 'Allow',
        Action: [
          'cloudfront:CreateDistribution',
          'cloudfront:CreateOriginAccessControl',
          'cloudfront:ListDistributions',
          'cloudfront:ListOriginAccessControls',
        ],
        Resource: '*',
      },
      {
        // An adopted distribution may have a web ACL: CloudFront asks for this whenever such a one is updated.
        Sid: 'WebAcls',
        Effect: 'Allow',
        Action: 'wafv2:GetWebACL',
        Resource: `arn:aws:wafv2:us-east-1:${account}:global/webacl/*`,
      },
      {
        Sid: 'Logs',
        Effect: 'Allow',
        Action: [
          'logs:CreateLogGroup',
          'logs:DeleteLogGroup',
          'logs:FilterLogEvents',
          'logs:PutRetentionPolicy',
        ],
        Resource: [
          `arn:aws:logs:*:${account}:log-group:/aws/lambda/us-east-1.${fn}:*`,
          `arn:aws:logs:*:${account}:log-group:/aws/lambda/${fn}:*`,
          `arn:aws:logs:*:${account}:log-group:/aws/cloudfront/LambdaEdge/*`,
        ],
      },
      {
        // Tags are of the group itself: these two take its ARN without the `:*` that all others have.
        Sid: 'LogTags',
        Effect: 'Allow',
        Action: ['logs:ListTagsForResource', 'logs:TagResource'],
        Resource: `arn:aws:logs:*:${account}:log-group:/aws/lambda/us-east-1.${fn}`,
      },
      { Sid: 'FindLogs', Effect: 'Allow', Action: 'logs:DescribeLogGroups', Resource: '*' },
    ],
  }
}
