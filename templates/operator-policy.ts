import { BASIC_EXECUTION } from './execution-role.js'
import type { PolicyDocument, Statement } from './policy.js'

interface Stack {
  buckets: readonly string[]
  /** Functions at the edge: `region` is where each is created. */
  functions: readonly { name: string; region: string; role: string }[]
  /** The ARN of the permissions boundary that every role must have. */
  boundary?: string | undefined
}

type Row = Pick<Statement, 'Action' | 'Condition'> & { Sid: string; Resource: string | string[] }

/**
 * Allows deploy, status, logs, purge and cleanup of one stack, and nothing else. Distributions and access controls
 * get their ids when they are created, so the policy covers all of the account's.
 * src/aws/actions.ts says which operation needs which action; a test compares the two.
 */
export function operatorPolicy(stack: Stack, account: string): PolicyDocument {
  return {
    Version: '2012-10-17',
    Statement: [
      ...s3(stack),
      ...iam(stack, account),
      ...lambda(stack, account),
      ...cloudfront(account),
      ...logs(stack, account),
    ].map(({ Sid, ...row }) => ({ Sid, Effect: 'Allow', ...row })),
  }
}

function s3({ buckets }: Stack): Row[] {
  const arns = buckets.map((name) => `arn:aws:s3:::${name}`)
  return [
    {
      Sid: 'Buckets',
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
      Resource: arns,
    },
    {
      // Packages are uploaded, checked and deleted; purge and cleanup delete images, in a versioned bucket all versions.
      Sid: 'Objects',
      Action: ['s3:DeleteObject', 's3:DeleteObjectVersion', 's3:GetObject', 's3:PutObject'],
      Resource: arns.map((arn) => `${arn}/*`),
    },
  ]
}

function iam({ functions, boundary }: Stack, account: string): Row[] {
  const roles = oneOrMore(functions.map(({ role }) => `arn:aws:iam::${account}:role/${role}`))
  // Without the boundary, whoever may write the role's policy can give the role, and so the function, any permission.
  const bounded = boundary === undefined ? {} : { StringEquals: { 'iam:PermissionsBoundary': boundary } }
  return [
    {
      Sid: 'ExecutionRole',
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
      Resource: roles,
    },
    {
      Sid: 'RoleRights',
      Action: [
        'iam:CreateRole',
        'iam:PutRolePolicy',
        ...(boundary === undefined ? [] : ['iam:PutRolePermissionsBoundary']),
      ],
      Resource: roles,
      ...(boundary === undefined ? {} : { Condition: bounded }),
    },
    {
      Sid: 'BasicExecution',
      Action: 'iam:AttachRolePolicy',
      Resource: roles,
      Condition: { ArnEquals: { 'iam:PolicyARN': BASIC_EXECUTION }, ...bounded },
    },
    {
      Sid: 'PassExecutionRole',
      Action: 'iam:PassRole',
      Resource: roles,
      Condition: { StringEquals: { 'iam:PassedToService': 'lambda.amazonaws.com' } },
    },
    {
      // The first association in an account creates them, for Lambda's replicator and CloudFront's logger.
      Sid: 'ServiceLinkedRoles',
      Action: 'iam:CreateServiceLinkedRole',
      Resource: `arn:aws:iam::${account}:role/aws-service-role/*`,
      Condition: {
        StringEquals: {
          'iam:AWSServiceName': ['replicator.lambda.amazonaws.com', 'logger.cloudfront.amazonaws.com'],
        },
      },
    },
  ]
}

function lambda({ functions }: Stack, account: string): Row[] {
  return [
    {
      Sid: 'Function',
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
      Resource: functions
        .map(({ name, region }) => `arn:aws:lambda:${region}:${account}:function:${name}`)
        .flatMap((arn) => [arn, `${arn}:*`]),
    },
    {
      // Deploy warns of a low quota, and cleanup keeps a role that other functions use. AWS can't narrow these.
      Sid: 'LambdaAccount',
      Action: ['lambda:GetAccountSettings', 'lambda:ListFunctions'],
      Resource: '*',
    },
  ]
}

function cloudfront(account: string): Row[] {
  return [
    {
      Sid: 'Distribution',
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
      Action: [
        'cloudfront:DeleteOriginAccessControl',
        'cloudfront:GetOriginAccessControl',
        'cloudfront:UpdateOriginAccessControl',
      ],
      Resource: `arn:aws:cloudfront::${account}:origin-access-control/*`,
    },
    {
      // These actions have no resource type to narrow them to.
      Sid: 'CloudFrontAccount',
      Action: [
        'cloudfront:CreateDistribution',
        'cloudfront:CreateOriginAccessControl',
        'cloudfront:ListDistributions',
        'cloudfront:ListOriginAccessControls',
      ],
      Resource: '*',
    },
    {
      // CloudFront checks this when a distribution with a web ACL is updated, as an adopted one may be.
      // Web ACLs for CloudFront are in us-east-1.
      Sid: 'WebAcls',
      Action: 'wafv2:GetWebACL',
      Resource: `arn:aws:wafv2:us-east-1:${account}:global/webacl/*`,
    },
  ]
}

function logs({ functions }: Stack, account: string): Row[] {
  const group = (name: string) => `arn:aws:logs:*:${account}:log-group:/aws/${name}`
  // Replicas log in the region that they run in, to a group with the function's region in its name.
  const replicas = functions.map(({ name, region }) => group(`lambda/${region}.${name}`))
  return [
    {
      Sid: 'Logs',
      Action: [
        'logs:CreateLogGroup',
        'logs:DeleteLogGroup',
        'logs:FilterLogEvents',
        'logs:PutRetentionPolicy',
      ],
      Resource: [
        ...replicas.map((arn) => `${arn}:*`),
        ...functions.map(({ name }) => `${group(`lambda/${name}`)}:*`),
        `${group('cloudfront/LambdaEdge')}/*`,
      ],
    },
    {
      // Tags belong to the group itself, whose ARN has no `:*` here as it does in all other actions.
      Sid: 'LogTags',
      Action: ['logs:ListTagsForResource', 'logs:TagResource'],
      Resource: oneOrMore(replicas),
    },
    // Groups are looked up by prefix in every region.
    { Sid: 'FindLogs', Action: 'logs:DescribeLogGroups', Resource: '*' },
  ]
}

function oneOrMore(arns: string[]): string | string[] {
  const [first, ...others] = arns
  return first !== undefined && others.length === 0 ? first : arns
}
