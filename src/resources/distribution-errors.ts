import { isNamed } from '../aws/errors.js'
import { GenatoError } from '../lib/errors.js'
import type { DistributionWanted } from './distribution-config.js'

/** Whether CloudFront hasn't seen a recent change in Lambda or IAM yet. */
export function isSettling(error: unknown): boolean {
  return (
    isNamed(error, 'InvalidLambdaFunctionAssociation') &&
    error instanceof Error &&
    /assumable|Active state|Pending/i.test(error.message)
  )
}

/** Names the setting that CloudFront refused. Returns other errors unchanged. */
export function explainDistributionError(error: unknown, wanted: DistributionWanted): unknown {
  if (!(error instanceof Error)) return error
  const explain = (code: string, message: string, hint: string) =>
    new GenatoError(code, message, { hint, cause: error })
  if (isNamed(error, 'CNAMEAlreadyExists'))
    return explain(
      'DOMAIN_TAKEN',
      `Another distribution has a domain of ${(wanted.aliases ?? []).join(', ')}: ${error.message}`,
      'Remove it there first (or change domain.aliases in the configuration), then run deploy again.',
    )
  if (isNamed(error, 'InvalidViewerCertificate'))
    return explain(
      'BAD_CERTIFICATE',
      `CloudFront does not accept the certificate: ${error.message}`,
      'Set domain.certificate to one that is issued, is in us-east-1 and covers every domain in domain.aliases.',
    )
  if (isNamed(error, 'InvalidLambdaFunctionAssociation'))
    return explain(
      'FUNCTION_REFUSED',
      `CloudFront does not accept the function: ${error.message}`,
      'The message says what Lambda@Edge supports: change generate.memory, generate.timeout or generate.runtime in the configuration. If it is about the role, run deploy again.',
    )
  return error
}
