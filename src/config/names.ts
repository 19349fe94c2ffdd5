import { HOME_REGION } from '../lib/home-region.js'

/**
 * The names of a stack's resources, made from the stack's name and the account's id. No other module makes names.
 */

/** Stands in for the account's id in `genato dev`, which has no account. */
const NO_ACCOUNT = '000000000000'

/** The tag that says which stack a resource belongs to. Its value is the stack's name. */
export const STACK_TAG = 'genato:stack'

/** On the images bucket: its files may be served, because its owner agreed or genato created it. */
export const FILES_TAG = 'genato:files'

/** On an adopted images bucket: it stays public until CloudFront has rolled out the access control. */
export const CLOSING_TAG = 'genato:closing'

/** The function's name. */
export function functionName(stack: string): string {
  return `${stack}-func`
}

/** The execution role's name. The default stack keeps the name that package.sh gave it. */
export function roleName(stack: string): string {
  return stack === 'genato' ? 'GenatoRole' : `${stack}-role`
}

/** The images bucket's name. Bucket names are global, so the account's id is part of it. */
export function imagesBucket(stack: string, account: string = NO_ACCOUNT): string {
  return `${stack}-images-${account}`
}

export function packagesBucket(stack: string, account: string): string {
  return `${stack}-lambda-${account}`
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
  return `${stack}-images`
}

/** The key of the package with this content digest in the packages bucket. */
export function packageKey(stack: string, digest: string): string {
  return `${packagePrefix(stack)}${digest}.zip`
}

export function packagePrefix(stack: string): string {
  return `${functionName(stack)}/`
}

/** The host name that CloudFront and the function reach a bucket by. */
export function bucketDomain(bucket: string): string {
  return `${bucket}.s3.${HOME_REGION}.amazonaws.com`
}

/** @param n counts from 1, deleted distributions included. */
export function callerReference(stack: string, account: string, n: number): string {
  return `genato/${account}/${stack}/${n}`
}

/** The function's log group in every region where Lambda@Edge ran it. */
export function edgeLogGroup(stack: string): string {
  return `/aws/lambda/${HOME_REGION}.${functionName(stack)}`
}

/** The log group of invocations that did not come through CloudFront. */
export function directLogGroup(stack: string): string {
  return `/aws/lambda/${functionName(stack)}`
}

/** The log group where CloudFront reports the responses of the function that it refused. */
export function distributionLogGroup(distribution: string): string {
  return `/aws/cloudfront/LambdaEdge/${distribution}`
}
