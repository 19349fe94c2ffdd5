import type { S3ErrorCode } from '../s3/s3-error.js'

/**
 * Errors that the local Rekognition answers with. Source: "Errors" of DetectFaces and DetectModerationLabels, and
 * "Common errors", Amazon Rekognition API reference. All have status 400 but these.
 */
const STATUS = { InternalServerError: 500, RequestEntityTooLarge: 413 } as const

export type RekognitionErrorCode =
  | 'AccessDeniedException'
  | 'ImageTooLargeException'
  | 'IncompleteSignature'
  | 'InternalServerError'
  | 'InvalidImageFormatException'
  | 'InvalidParameterException'
  | 'InvalidSignatureException'
  | 'MissingAuthenticationTokenException'
  | 'RequestEntityTooLarge'
  | 'SerializationException'
  | 'UnknownOperationException'
  | 'UnrecognizedClientException'

export class RekognitionError extends Error {
  override readonly name = 'RekognitionError'
  constructor(
    readonly code: RekognitionErrorCode,
    message: string,
  ) {
    super(message)
  }

  get status(): number {
    return STATUS[this.code as keyof typeof STATUS] ?? 400
  }
}

/** What services that speak JSON call the mistakes in a signature. */
const SIGNATURE_ERRORS: Partial<Record<S3ErrorCode, RekognitionErrorCode>> = {
  AccessDenied: 'MissingAuthenticationTokenException',
  AuthorizationHeaderMalformed: 'IncompleteSignature',
  InvalidAccessKeyId: 'UnrecognizedClientException',
  InvalidToken: 'UnrecognizedClientException',
}

export function signatureError(code: S3ErrorCode, message: string): RekognitionError {
  return new RekognitionError(SIGNATURE_ERRORS[code] ?? 'InvalidSignatureException', message)
}
