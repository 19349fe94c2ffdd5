import { EDGE_REGIONS } from '../../src/aws/regions.js'
import { somebody, type Somebody } from './aws.js'

/** Everything in the account, in comparable form: ids that AWS chose are replaced by names. */
export async function accountState(endpoint: string): Promise<Record<string, unknown>> {
  const aws = somebody(endpoint)
  const [buckets, roles, functions, controls, distributions, groups] = await Promise.all([
    bucketsOf(aws),
    rolesOf(aws),
    functionsOf(aws),
    controlsOf(aws),
    distributionsOf(aws),
    groupsOf(endpoint),
  ])
  const state = {
    buckets,
    roles,
    functions,
    controls: controls.all,
    distributions: distributions.all,
    groups,
  }
  const text = [...controls.names, ...distributions.names].reduce(
    (text, [id, name]) => text.replaceAll(id, name),
    JSON.stringify(state),
  )
  return JSON.parse(text) as Record<string, unknown>
}

/** The {@link accountState} of an empty account. */
export const EMPTY_ACCOUNT = {
  buckets: {},
  roles: {},
  functions: {},
  controls: [],
  distributions: [],
  groups: [],
}

/** @returns a line for each surplus or missing value, such as `+ groups.0.region = …`. */
export function differences(is: object, shouldBe: object): string[] {
  const [there, wanted] = [leaves(is), leaves(shouldBe)]
  return [
    ...there.filter((leaf) => !wanted.includes(leaf)).map((leaf) => `+ ${leaf}`),
    ...wanted.filter((leaf) => !there.includes(leaf)).map((leaf) => `- ${leaf}`),
  ]
}

function leaves(value: unknown, place = ''): string[] {
  if (typeof value !== 'object' || value === null) return [`${place} = ${String(value)}`]
  return Object.entries(value).flatMap(([key, inner]) =>
    leaves(inner, place === '' ? key : `${place}.${key}`),
  )
}

/** `undefined` if AWS answers that it doesn't exist. */
async function orNone<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof Error && /NoSuch|NotFound/.test(error.name)) return undefined
    throw error
  }
}

type Named = [name: string, state: object]

async function bucketsOf({ s3 }: Somebody): Promise<Record<string, object>> {
  const { Buckets = [] } = await s3.listBuckets({})
  const states = Buckets.map(async ({ Name: Bucket = '' }): Promise<Named> => {
    const one = { Bucket }
    const [tags, policy, lifecycle, access, ownership, encryption, versioning, objects] = await Promise.all([
      orNone(s3.getBucketTagging(one)),
      orNone(s3.getBucketPolicy(one)),
      orNone(s3.getBucketLifecycleConfiguration(one)),
      orNone(s3.getPublicAccessBlock(one)),
      orNone(s3.getBucketOwnershipControls(one)),
      orNone(s3.getBucketEncryption(one)),
      s3.getBucketVersioning(one),
      s3.listObjectVersions(one),
    ])
    const state = {
      tags: tags?.TagSet,
      policy: policy?.Policy,
      lifecycle: lifecycle?.Rules,
      access: access?.PublicAccessBlockConfiguration,
      ownership: ownership?.OwnershipControls,
      encryption: encryption?.ServerSideEncryptionConfiguration,
      versioning: versioning.Status,
      objects: [...(objects.Versions ?? []), ...(objects.DeleteMarkers ?? [])].map(({ Key }) => Key).sort(),
    }
    return [Bucket, state]
  })
  return Object.fromEntries(await Promise.all(states))
}

async function rolesOf({ iam }: Somebody): Promise<Record<string, object>> {
  const { Roles = [] } = await iam.listRoles({})
  const states = Roles.map(async ({ RoleName = '' }): Promise<Named> => {
    const one = { RoleName }
    const [role, attached, inline] = await Promise.all([
      iam.getRole(one),
      iam.listAttachedRolePolicies(one),
      iam.listRolePolicies(one),
    ])
    const policies = (inline.PolicyNames ?? []).map(async (PolicyName) => {
      const { PolicyDocument } = await iam.getRolePolicy({ ...one, PolicyName })
      return [PolicyName, PolicyDocument]
    })
    const state = {
      tags: role.Role?.Tags,
      trust: role.Role?.AssumeRolePolicyDocument,
      attached: attached.AttachedPolicies,
      inline: await Promise.all(policies),
    }
    return [RoleName, state]
  })
  return Object.fromEntries(await Promise.all(states))
}

async function functionsOf({ lambda }: Somebody): Promise<Record<string, object>> {
  const { Functions = [] } = await lambda.listFunctions({})
  const states = Functions.map(async ({ FunctionName = '' }): Promise<Named> => {
    const one = { FunctionName }
    const [fn, { Versions = [] }] = await Promise.all([
      lambda.getFunction(one),
      lambda.listVersionsByFunction(one),
    ])
    const versions = Versions.map(async (version) => {
      const { Version = '', CodeSha256, Description, Runtime, MemorySize, Timeout, Role, Handler } = version
      const permission = await orNone(lambda.getPolicy({ ...one, Qualifier: Version }))
      const { Statement } = JSON.parse(permission?.Policy ?? '{}') as { Statement?: unknown }
      // The role's id differs from run to run.
      const said = Description?.replace(/ role \w+$/, '')
      const config = { CodeSha256, Description: said, Runtime, MemorySize, Timeout, Role, Handler }
      return { Version, ...config, permission: Statement }
    })
    const tags = Object.entries(fn.Tags ?? {}).sort()
    return [FunctionName, { tags, versions: await Promise.all(versions) }]
  })
  return Object.fromEntries(await Promise.all(states))
}

interface Numbered {
  all: object[]
  names: [id: string, name: string][]
}

async function controlsOf({ cloudfront }: Somebody): Promise<Numbered> {
  const { OriginAccessControlList: list } = await cloudfront.listOriginAccessControls({})
  const all = list?.Items ?? []
  return { all, names: all.map(({ Id = '' }, index) => [Id, `CONTROL-${index}`]) }
}

async function distributionsOf({ cloudfront }: Somebody): Promise<Numbered> {
  const { DistributionList: list } = await cloudfront.listDistributions({})
  const names: Numbered['names'] = []
  const states = (list?.Items ?? []).map(async ({ Id = '', ARN = '', DomainName = '' }, index) => {
    const [{ Distribution }, { Tags }] = await Promise.all([
      cloudfront.getDistribution({ Id }),
      cloudfront.listTagsForResource({ Resource: ARN }),
    ])
    names.push([DomainName, `DOMAIN-${index}`], [Id, `DISTRIBUTION-${index}`])
    const tags = (Tags?.Items ?? []).map(({ Key, Value }) => `${Key}=${Value}`).sort()
    return { Id, config: Distribution?.DistributionConfig, tags }
  })
  return { all: await Promise.all(states), names }
}

async function groupsOf(endpoint: string): Promise<object[]> {
  const regions = EDGE_REGIONS.map(async (region) => {
    const { logGroups = [] } = await somebody(endpoint, { region }).logs.describeLogGroups({})
    return logGroups.map(({ logGroupName, retentionInDays }) => ({ region, logGroupName, retentionInDays }))
  })
  return (await Promise.all(regions)).flat()
}
