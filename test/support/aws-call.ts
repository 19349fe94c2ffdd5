import type { IncomingHttpHeaders } from 'node:http'

/** One request to AWS, with the SDK's name of the operation. */
export interface AwsRequest {
  /** The service in the signature: cloudfront, lambda, iam, s3, sts, logs. */
  service: string
  operation: string
  write: boolean
  /** The bucket or bucket/key, function, distribution, role or log group in the request. */
  resource?: string
  region: string
}

export interface RawRequest {
  method: string
  url: string
  headers: IncomingHttpHeaders
  body: Buffer
}

type Named = { operation: string; resource?: string | undefined }
type Route = [method: string, path: RegExp, operation: string]

const READS = /^(Get|List|Head|Describe|Filter|Simulate|StartLiveTail|AssumeRole)/

const LAMBDA: Route[] = [
  ['GET', /^functions$/, 'ListFunctions'],
  ['POST', /^functions$/, 'CreateFunction'],
  ['GET', /^functions\/([^/]+)$/, 'GetFunction'],
  ['DELETE', /^functions\/([^/]+)$/, 'DeleteFunction'],
  ['GET', /^functions\/([^/]+)\/configuration$/, 'GetFunctionConfiguration'],
  ['PUT', /^functions\/([^/]+)\/configuration$/, 'UpdateFunctionConfiguration'],
  ['PUT', /^functions\/([^/]+)\/code$/, 'UpdateFunctionCode'],
  ['GET', /^functions\/([^/]+)\/versions$/, 'ListVersionsByFunction'],
  ['POST', /^functions\/([^/]+)\/versions$/, 'PublishVersion'],
  ['GET', /^functions\/([^/]+)\/policy$/, 'GetPolicy'],
  ['POST', /^functions\/([^/]+)\/policy$/, 'AddPermission'],
  ['DELETE', /^functions\/([^/]+)\/policy\/[^/]+$/, 'RemovePermission'],
  ['POST', /^functions\/([^/]+)\/invocations$/, 'Invoke'],
  ['GET', /^tags\/(.+)$/, 'ListTags'],
  ['POST', /^tags\/(.+)$/, 'TagResource'],
  ['DELETE', /^tags\/(.+)$/, 'UntagResource'],
  ['GET', /^account-settings$/, 'GetAccountSettings'],
]

const CLOUDFRONT: Route[] = [
  ['GET', /^distribution$/, 'ListDistributions'],
  ['POST', /^distribution\?WithTags$/, 'CreateDistributionWithTags'],
  ['POST', /^distribution$/, 'CreateDistribution'],
  ['GET', /^distribution\/([^/]+)$/, 'GetDistribution'],
  ['DELETE', /^distribution\/([^/]+)$/, 'DeleteDistribution'],
  ['GET', /^distribution\/([^/]+)\/config$/, 'GetDistributionConfig'],
  ['PUT', /^distribution\/([^/]+)\/config$/, 'UpdateDistribution'],
  ['GET', /^distribution\/([^/]+)\/invalidation$/, 'ListInvalidations'],
  ['POST', /^distribution\/([^/]+)\/invalidation$/, 'CreateInvalidation'],
  ['GET', /^distribution\/([^/]+)\/invalidation\/[^/]+$/, 'GetInvalidation'],
  ['GET', /^tagging$/, 'ListTagsForResource'],
  ['POST', /^tagging\?Operation=Tag$/, 'TagResource'],
  ['POST', /^tagging\?Operation=Untag$/, 'UntagResource'],
  ['GET', /^origin-access-control$/, 'ListOriginAccessControls'],
  ['POST', /^origin-access-control$/, 'CreateOriginAccessControl'],
  ['GET', /^origin-access-control\/([^/]+)$/, 'GetOriginAccessControl'],
  ['DELETE', /^origin-access-control\/([^/]+)$/, 'DeleteOriginAccessControl'],
  ['GET', /^origin-access-control\/([^/]+)\/config$/, 'GetOriginAccessControlConfig'],
  ['PUT', /^origin-access-control\/([^/]+)\/config$/, 'UpdateOriginAccessControl'],
]

/** The operations of GET, PUT and DELETE on a bucket's parts. */
const BUCKET_PARTS: Record<string, [string, string, string]> = {
  publicAccessBlock: ['GetPublicAccessBlock', 'PutPublicAccessBlock', 'DeletePublicAccessBlock'],
  acl: ['GetBucketAcl', 'PutBucketAcl', ''],
  ownershipControls: [
    'GetBucketOwnershipControls',
    'PutBucketOwnershipControls',
    'DeleteBucketOwnershipControls',
  ],
  encryption: ['GetBucketEncryption', 'PutBucketEncryption', 'DeleteBucketEncryption'],
  tagging: ['GetBucketTagging', 'PutBucketTagging', 'DeleteBucketTagging'],
  lifecycle: ['GetBucketLifecycleConfiguration', 'PutBucketLifecycleConfiguration', 'DeleteBucketLifecycle'],
  policy: ['GetBucketPolicy', 'PutBucketPolicy', 'DeleteBucketPolicy'],
  versioning: ['GetBucketVersioning', 'PutBucketVersioning', ''],
  location: ['GetBucketLocation', '', ''],
  versions: ['ListObjectVersions', '', ''],
  'list-type': ['ListObjectsV2', '', ''],
}
const METHODS = ['GET', 'PUT', 'DELETE']
const BUCKET = { GET: 'ListObjects', HEAD: 'HeadBucket', PUT: 'CreateBucket', DELETE: 'DeleteBucket' }
const OBJECT = { GET: 'GetObject', HEAD: 'HeadObject', PUT: 'PutObject', DELETE: 'DeleteObject' }

/** @returns `undefined` for an unsigned request, which isn't for AWS. */
export function recognize(request: RawRequest): AwsRequest | undefined {
  const scope = /Credential=[^/]+\/\d+\/([^/]+)\/([^/]+)\//.exec(request.headers.authorization ?? '')
  const [, region, service] = scope ?? []
  if (region === undefined || service === undefined) return undefined
  const { operation, resource } = name(service, request)
  return {
    service,
    operation,
    write: !READS.test(operation),
    region,
    ...(resource === undefined ? {} : { resource: decodeURIComponent(resource) }),
  }
}

function name(service: string, request: RawRequest): Named {
  const target = request.headers['x-amz-target']
  if (typeof target === 'string') {
    return { operation: target.replace(/.*\./, ''), resource: textIn(request.body, 'logGroupName') }
  }
  const rpc = /\/service\/[^/]+\/operation\/([^/?]+)/.exec(request.url)?.[1]
  if (rpc !== undefined) return { operation: rpc }
  if (service === 's3') return s3(request)
  if (service === 'lambda') {
    const { operation, resource } = route(LAMBDA, request.method, new URL(request.url, 'http://lambda'))
    return { operation, resource: resource ?? textIn(request.body, 'FunctionName') }
  }
  if (service === 'cloudfront') {
    const url = new URL(request.url, 'http://cloudfront')
    const { operation, resource } = route(CLOUDFRONT, request.method, url)
    return { operation, resource: resource ?? url.searchParams.get('Resource') ?? undefined }
  }
  const form = new URLSearchParams(request.body.toString())
  return {
    operation: form.get('Action') ?? `${request.method} ${request.url}`,
    resource: form.get('RoleName') ?? form.get('UserName') ?? form.get('PolicyArn') ?? undefined,
  }
}

function route(routes: Route[], method: string, url: URL): Named {
  // The path begins with the API's date.
  const place = url.pathname.replace(/^\/[^/]+\/(.*?)\/?$/, '$1')
  const kind = url.searchParams.has('WithTags') ? '?WithTags' : ''
  const change = url.searchParams.has('Operation') ? `?Operation=${url.searchParams.get('Operation')}` : ''
  for (const [one, pattern, operation] of routes) {
    const match = one === method ? pattern.exec(place + kind + change) : null
    if (match !== null) return { operation, resource: match[1] }
  }
  return { operation: `${method} ${url.pathname}` }
}

function s3({ method, url }: RawRequest): Named {
  const { pathname, searchParams } = new URL(url, 'http://s3')
  const resource = pathname.slice(1).replace(/\/$/, '')
  if (resource === '') return { operation: 'ListBuckets' }
  if (resource.includes('/')) return { operation: OBJECT[method as keyof typeof OBJECT] ?? method, resource }
  if (searchParams.has('delete')) return { operation: 'DeleteObjects', resource }
  for (const [part, operations] of Object.entries(BUCKET_PARTS)) {
    if (searchParams.has(part)) return { operation: operations[METHODS.indexOf(method)] ?? method, resource }
  }
  return { operation: BUCKET[method as keyof typeof BUCKET] ?? method, resource }
}

/** A text at the top of a JSON body. The body isn't parsed, because it may contain a function's code. */
function textIn(body: Buffer, key: string): string | undefined {
  return new RegExp(`"${key}":"([^"]+)"`).exec(body.toString('latin1'))?.[1]
}

export interface AwsAnswer {
  status: number
  body: string
  headers?: Record<string, string>
}

/** An error in the service's format. */
export function errorAnswer(service: string, code: string, message: string, status: number): AwsAnswer {
  const xml = `<Code>${escape(code)}</Code><Message>${escape(message)}</Message>`
  const id = '<RequestId>fault-proxy</RequestId>'
  switch (service) {
    case 's3':
      return { status, body: `<Error>${xml}${id}</Error>`, headers: { 'content-type': 'application/xml' } }
    case 'lambda':
      return {
        status,
        body: JSON.stringify({ Type: 'User', message, Message: message }),
        headers: { 'content-type': 'application/json', 'x-amzn-errortype': code },
      }
    case 'logs':
      return {
        status,
        body: JSON.stringify({ __type: code, message }),
        headers: { 'content-type': 'application/x-amz-json-1.1' },
      }
    default:
      return {
        status,
        body: `<ErrorResponse><Error><Type>Sender</Type>${xml}</Error>${id}</ErrorResponse>`,
        headers: { 'content-type': 'text/xml' },
      }
  }
}

function escape(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
}
