import { GenatoError, messageOf, systemCode } from '../lib/errors.js'
import { callOf, type AwsCall } from './call.js'
import { errorName, statusOf } from './errors.js'
import { explainDenied, nameOf } from './explain-denied.js'

/** @returns a GenatoError for errors of AWS and of the network; other errors unchanged. */
export function explainAwsError(error: unknown): unknown {
  if (error instanceof GenatoError || !(error instanceof Error)) return error
  const call = callOf(error)
  for (const explain of [credentials, clock, explainDenied, throttled, unreachable, quota]) {
    const explained = explain(error, call)
    if (explained) return explained
  }
  if (!call) return error
  return new GenatoError(
    'AWS_REFUSED',
    `AWS refused ${nameOf(call)}: ${errorName(error)}: ${messageOf(error)}`,
    {
      hint: 'What was done before stays; run the same command again to continue from there.',
      cause: error,
    },
  )
}

function profile(): string {
  const name = process.env['AWS_PROFILE']
  // Empty counts as unset, as in the SDK.
  return !name ? '' : ` in the profile ${name}`
}

const NO_CREDENTIALS =
  /Could not load credentials|Could not resolve credentials|credential.*(missing|not found)/i

function credentials(error: Error): GenatoError | undefined {
  const name = errorName(error)
  if (
    ['ExpiredToken', 'ExpiredTokenException', 'TokenRefreshRequired'].includes(name) ||
    /security token.*expired|session.*has expired|token.*is expired/i.test(error.message)
  )
    return new GenatoError('CREDENTIALS_EXPIRED', 'The AWS credentials have expired.', {
      hint: 'Sign in again (aws sso login, or new temporary credentials), then run the same command again.',
      cause: error,
    })
  // The SDK asks nobody for a code.
  if (/multi-factor authentication/i.test(error.message))
    return new GenatoError(
      'MFA_NEEDED',
      `The AWS profile needs a code that genato can't ask for: ${error.message}`,
      {
        hint: 'Get temporary credentials with the code first (aws sts get-session-token or aws sts assume-role with --serial-number and --token-code, aws-vault, or aws sso login), put them into the environment or a profile of their own, and run the same command again.',
        cause: error,
      },
    )
  if (
    name === 'CredentialsProviderError' ||
    name === 'TokenProviderError' ||
    NO_CREDENTIALS.test(error.message)
  )
    return new GenatoError(
      'NO_CREDENTIALS',
      `There are no AWS credentials that can be used${profile()}: ${error.message}`,
      {
        hint: 'Give them in one of three ways: a profile (--profile NAME or AWS_PROFILE, made by aws configure or aws sso login), AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment, or a role of the machine that this runs on.',
        cause: error,
      },
    )
  if (
    ['InvalidClientTokenId', 'UnrecognizedClientException', 'InvalidAccessKeyId', 'AuthFailure'].includes(
      name,
    )
  )
    return new GenatoError('BAD_CREDENTIALS', 'AWS does not know these credentials.', {
      hint: 'Check the access key (aws sts get-caller-identity), or name another profile with --profile. Keys of GovCloud and China are unknown here: CloudFront runs functions only in the commercial partition.',
      cause: error,
    })
  return undefined
}

function clock(error: Error): GenatoError | undefined {
  const skewed =
    ['RequestTimeTooSkewed', 'RequestExpired', 'RequestInTheFuture'].includes(errorName(error)) ||
    /signature (expired|not yet current)/i.test(error.message)
  if (skewed)
    return new GenatoError('CLOCK_SKEWED', "This machine's clock is too far from AWS's.", {
      hint: 'Set the clock (switch on network time), then run the same command again.',
      cause: error,
    })
  if (['SignatureDoesNotMatch', 'InvalidSignatureException'].includes(errorName(error)))
    return new GenatoError('BAD_CREDENTIALS', 'AWS does not accept the signature of these credentials.', {
      hint: 'The secret key does not belong to the access key, or was copied incompletely.',
      cause: error,
    })
  return undefined
}

const THROTTLED = [
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
  'TooManyRequestsException',
  'RequestLimitExceeded',
  'SlowDown',
  'PriorRequestNotComplete',
]

function throttled(error: Error, call: AwsCall | undefined): GenatoError | undefined {
  if (!THROTTLED.includes(errorName(error))) return undefined
  return new GenatoError(
    'THROTTLED',
    `AWS asks to be called less often${call ? `, also after several tries of ${nameOf(call)}` : ''}.`,
    { hint: 'Something else uses the same account. Run the same command again in a minute.', cause: error },
  )
}

const NETWORK = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNRESET',
  'ETIMEDOUT',
  'EPIPE',
  'EHOSTUNREACH',
  'ENETUNREACH',
]

function unreachable(error: Error, call: AwsCall | undefined): GenatoError | undefined {
  const code = systemCode(error)
  const network =
    (code !== undefined && NETWORK.includes(code)) ||
    errorName(error) === 'TimeoutError' ||
    /socket hang up|timed out/i.test(error.message)
  const what = call ? ` (${nameOf(call)})` : ''
  if (network && statusOf(error) === undefined)
    return new GenatoError('AWS_UNREACHABLE', `AWS could not be reached${what}: ${error.message || code}`, {
      hint: 'Check the network, HTTPS_PROXY and NO_PROXY, and AWS_ENDPOINT_URL if it is set. Then run the same command again: it continues from there.',
      cause: error,
    })
  const status = statusOf(error)
  if (status !== undefined && status >= 500)
    return new GenatoError(
      'AWS_FAILED',
      `AWS failed${what}, also after several tries: ${status} ${errorName(error)}`,
      { hint: 'Run the same command again: it continues from there.', cause: error },
    )
  return undefined
}

function quota(error: Error, call: AwsCall | undefined): GenatoError | undefined {
  const name = errorName(error)
  if (!/^TooMany(?!Requests)|LimitExceeded|CodeStorageExceeded|QuotaExceeded/.test(name)) return undefined
  return new GenatoError(
    'QUOTA_EXCEEDED',
    `A quota of the account is used up${call ? ` (${nameOf(call)})` : ''}: ${name}: ${error.message}`,
    {
      hint: 'Remove what is not needed, or ask for more in the Service Quotas console. Then run the same command again.',
      cause: error,
    },
  )
}
