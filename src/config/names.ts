import { HOME_REGION } from '../lib/home-region.js'

/**
 * The name of everything that a stack has, from its own name and the account's id. Nothing else makes
 * names.
 */

/** The account id that stands in for one where there is no account: in `genato dev`. */
const NO_ACCOUNT = '000000000000'

/** The tag that says whose something is: its value is the stack's name. */
export const STACK_TAG = 'genato:stack'

/** On the images bucket: its files may be served. Its owner was asked, or genato created it. */
export const FILES_TAG = 'genato:files'

/** On the images bucket, from its adoption on: it is public until CloudFront has rolled out the access control. */
export const CLOSING_TAG = 'genato:closing'

/** The function's name. */
export function functionName(stack: string): string {
  return `${stack}-func`
}

/** The execution role's name: what the script before genato called it, for the default stack. */
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
 * Whether a bucket has one of the stack's default names. The account's id is part of them, so that an empty bucket
 * of that name is genato's own.
 */
export function isOwnBucketName(name: string, stack: string, account: string): boolean {
  return name === imagesBucket(stack, account) || name === packagesBucket(stack, account)
}

/** The origin access control's name: it can't be tagged, so this and its description say whose it is. */
export function accessControlName(stack: string): string {
  return `${stack}-images`
}

/** Where the package with this content digest lies in the packages bucket. */
export function packageKey(stack: string, digest: string): string {
  return `${packagePrefix(stack)}${digest}.zip`
}

export function packagePrefix(stack: string): string {
  return `${functionName(stack)}/`
}

/** The name that CloudFront reaches a bucket by, and that the function reads it from. */
export function bucketDomain(bucket: string): string {
  return `${bucket}.s3.${HOME_REGION}.amazonaws.com`
}

/** @param n counts from 1, over distributions that were deleted. */
export function callerReference(stack: string, account: string, n: number): string {
  return `genato/${account}/${stack}/${n}`
}

/** The groups of log events that the function leaves in every region where it ran. */
export function edgeLogGroup(stack: string): string {
  return `/aws/lambda/${HOME_REGION}.${functionName(stack)}`
}

/** Where invocations that did not come through CloudFront leave theirs. */
export function directLogGroup(stack: string): string {
  return `/aws/lambda/${functionName(stack)}`
}

/** Where CloudFront tells what it refused of the function's answers. */
export function distributionLogGroup(distribution: string): string {
  return `/aws/cloudfront/LambdaEdge/${distribution}`
}
