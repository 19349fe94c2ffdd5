import { HOME_REGION } from '../lib/home-region.js'

/**
 * The names of a stack's resources, made from the stack's name and the account's id. No other module makes names.
 * A test holds that each fits AWS's limit for the longest stack name, which is 40 characters.
 */
export const NAMES = {
  function: { pattern: '<stack>-func', limit: 64 },
  originalsFunction: { pattern: '<stack>-originals', limit: 64 },
  role: { pattern: '<stack>-role', limit: 64 },
  // Bucket names are global, so they contain the account's id.
  imagesBucket: { pattern: '<stack>-images-<account>', limit: 63 },
  packagesBucket: { pattern: '<stack>-lambda-<account>', limit: 63 },
  originalsBucket: { pattern: '<stack>-originals-<account>', limit: 63 },
  renditionsBucket: { pattern: '<stack>-rendered-<account>', limit: 63 },
  packageKey: { pattern: '<stack>-func/<digest>.zip', limit: 1024 },
  accessControl: { pattern: '<stack>-images', limit: 64 },
  // CloudFront documents no limit: this is a cautious one.
  callerReference: { pattern: 'genato/<account>/<stack>/<n>', limit: 128 },
  edgeLogGroup: { pattern: `/aws/lambda/${HOME_REGION}.<stack>-func`, limit: 512 },
  directLogGroup: { pattern: '/aws/lambda/<stack>-func', limit: 512 },
  distributionLogGroup: { pattern: '/aws/cloudfront/LambdaEdge/<distribution>', limit: 512 },
} as const

type Names = typeof NAMES
type Holes<Pattern> = Pattern extends `${string}<${infer Hole}>${infer Rest}` ? Hole | Holes<Rest> : never

/** Fills the holes of a name's pattern. */
function named<Kind extends keyof Names>(
  kind: Kind,
  values: Readonly<Record<Holes<Names[Kind]['pattern']>, string>>,
): string {
  return NAMES[kind].pattern.replace(/<(\w+)>/g, (_, hole: keyof typeof values) => values[hole])
}

/** Stands in for the account's id in `genato dev`, which has no account. */
const NO_ACCOUNT = '000000000000'

/** The tag that says which stack a resource belongs to. Its value is the stack's name. */
export const STACK_TAG = 'genato:stack'

/** On the images bucket: its files may be served, because its owner agreed or genato created it. */
export const FILES_TAG = 'genato:files'

/** On an adopted images bucket: it stays public until CloudFront has rolled out the access control. */
export const CLOSING_TAG = 'genato:closing'

export function functionName(stack: string): string {
  return named('function', { stack })
}

/** The name of the function that makes pictures from originals. */
export function originalsFunctionName(stack: string): string {
  return named('originalsFunction', { stack })
}

/** The execution role's name. The default stack keeps the name that package.sh gave it. */
export function roleName(stack: string): string {
  return stack === 'genato' ? 'GenatoRole' : named('role', { stack })
}

/** The default name of the images bucket. */
export function imagesBucket(stack: string, account: string = NO_ACCOUNT): string {
  return named('imagesBucket', { stack, account })
}

/** The stack's own bucket of originals, for mounts that name no other. */
export function originalsBucket(stack: string, account: string = NO_ACCOUNT): string {
  return named('originalsBucket', { stack, account })
}

/** The bucket of what was made from originals. */
export function renditionsBucket(stack: string, account: string = NO_ACCOUNT): string {
  return named('renditionsBucket', { stack, account })
}

export function packagesBucket(stack: string, account: string): string {
  return named('packagesBucket', { stack, account })
}

/**
 * Whether a bucket has one of the stack's default names. They contain the account's id, so an empty bucket with such
 * a name is genato's own.
 */
export function isOwnBucketName(name: string, stack: string, account: string): boolean {
  return name === imagesBucket(stack, account) || name === packagesBucket(stack, account)
}

/** The origin access control's name. It can't be tagged: name and description say which stack it belongs to. */
export function accessControlName(stack: string): string {
  return named('accessControl', { stack })
}

/** The key of the package with this content digest in the packages bucket. */
export function packageKey(stack: string, digest: string): string {
  return named('packageKey', { stack, digest })
}

export function packagePrefix(stack: string): string {
  return packageKey(stack, '').replace(/[^/]*$/, '')
}

/** The host name that CloudFront and the function reach a bucket by. */
export function bucketDomain(bucket: string): string {
  return `${bucket}.s3.${HOME_REGION}.amazonaws.com`
}

/** @param n counts from 1, deleted distributions included. */
export function callerReference(stack: string, account: string, n: number): string {
  return named('callerReference', { account, stack, n: String(n) })
}

/** The function's log group in every region where Lambda@Edge ran it. */
export function edgeLogGroup(stack: string): string {
  return named('edgeLogGroup', { stack })
}

/** The log group of invocations that did not come through CloudFront. */
export function directLogGroup(stack: string): string {
  return named('directLogGroup', { stack })
}

/** The log group where CloudFront reports the responses of the function that it refused. */
export function distributionLogGroup(distribution: string): string {
  return named('distributionLogGroup', { distribution })
}
