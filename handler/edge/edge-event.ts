import type { S3Origin } from '../shared/s3/bucket-location.js'

/**
 * The parts of Lambda@Edge's origin-request event that the function reads.
 * Source: CloudFront developer guide, "Lambda@Edge event structure".
 */
export interface OriginRequestEvent {
  Records: [{ cf: { config: EventConfig; request: EdgeRequest } }]
}

interface EventConfig {
  distributionDomainName: string
  distributionId: string
  eventType: 'origin-request'
  requestId: string
}

/** Headers by name in lower case. Each may have several values. */
export type EdgeHeaders = Record<string, { key?: string; value: string }[]>

export interface EdgeRequest {
  clientIp: string
  headers: EdgeHeaders
  method: string
  /** Empty unless the cache policy forwards query strings. */
  querystring: string
  /** The path as the viewer sent it, percent-encoded. */
  uri: string
  origin?: { s3?: S3Origin }
}

export interface EdgeResponse {
  status: string
  statusDescription?: string
  headers: EdgeHeaders
  body?: string
  bodyEncoding?: 'text' | 'base64'
}

/** The parts of Lambda's context object that the function reads. */
export interface LambdaContext {
  getRemainingTimeInMillis(): number
  /**
   * `arn:aws:lambda:<region>:<account>:function:…` of the replica in the region where it runs. Replicas stay in the
   * distribution's account.
   */
  invokedFunctionArn?: string
}
