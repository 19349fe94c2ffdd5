import { GenatoError } from '../lib/errors.js'
import { actionOf } from './actions.js'
import type { AwsCall } from './call.js'
import { isDenied } from './errors.js'

export function nameOf({ service, operation, region }: AwsCall): string {
  return `${service} ${operation}${service === 'logs' ? ` in ${region}` : ''}`
}

/**
 * Explains a 403. Only "not authorized to perform" means a missing permission: CloudFront also responds so to
 * accounts that are not verified, and S3 where a bucket policy or a public access block forbids the call.
 */
export function explainDenied(error: Error, call: AwsCall | undefined): GenatoError | undefined {
  if (!isDenied(error)) return undefined
  if (/account must be verified/i.test(error.message)) return unverified(error)
  const action = /not authorized to perform:? ([\w*]+:[\w*]+)/.exec(error.message)?.[1]
  return action === undefined ? forbidden(error, call) : notAllowed(error, action)
}

function unverified(cause: Error): GenatoError {
  return new GenatoError('ACCOUNT_UNVERIFIED', `AWS has not verified this account yet: ${cause.message}`, {
    hint: 'Open a case with AWS Support (Account and billing, which every account may), with this message in it. It usually takes a day or two. Then run the same command again: it continues from there.',
    cause,
  })
}

function notAllowed(cause: Error, action: string): GenatoError {
  const resource = /on resource: (\S+)/.exec(cause.message)?.[1]
  const denying =
    /explicit deny in an? ([\w -]*policy)/i.exec(cause.message)?.[1] ??
    /service control policy|permissions boundary|BlockPublicPolicy/i.exec(cause.message)?.[0]
  return new GenatoError(
    'ACCESS_DENIED',
    `Access denied: ${action}${resource ? ` on ${resource}` : ''} is not allowed for these credentials.`,
    {
      hint: denying
        ? `Forbidden by: ${denying}. Allowing ${action} does not help against that: ask whoever manages it.`
        : `Allow ${action}: genato permissions prints the policy with all that it needs. Then run the same command again.`,
      cause,
    },
  )
}

/** The response to a HEAD has no body, so the SDK makes up a name and a message. */
function forbidden(cause: Error, call: AwsCall | undefined): GenatoError {
  const action = call ? ` (${actionOf(call)})` : ''
  const silent = /^(Unknown|UnknownError|403|Forbidden|)$/.test(cause.message)
  const what = call ? nameOf(call) : 'the request'
  return new GenatoError(
    'ACCESS_DENIED',
    silent
      ? `AWS denied ${what}${call ? `, which needs ${actionOf(call)}` : ''}: 403, without a reason.`
      : `AWS denied ${what}: ${cause.message}`,
    {
      hint: `AWS does not say which rule forbids it. Check the permission${action}: genato permissions prints the policy with all that is needed. A bucket policy, the organization or the account itself can forbid it, too.`,
      cause,
    },
  )
}
