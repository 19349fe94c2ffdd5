/** An S3 origin in Lambda@Edge's origin-request event. */
export interface S3Origin {
  authMethod: string
  customHeaders: Record<string, { key?: string; value: string }[]>
  /** `<bucket>.s3.<region>.amazonaws.com` */
  domainName: string
  /** The path that CloudFront puts before the URI, without a trailing slash. Usually empty. */
  path: string
  region: string
}

/** The location of the bucket behind the distribution. */
export interface BucketLocation {
  bucket: string
  region: string
  /** The prefix of every key, from the origin's path. Empty, or ends in `/`. */
  prefix: string
}

const S3_DOMAIN = /^(?<bucket>.+?)\.s3(?:[.-](?<region>[a-z]{2}(?:-[a-z]+)+-\d))?\.amazonaws\.com$/

/**
 * Reads the bucket from the origin, so that one package serves every account.
 * @throws an Error that names the domain if it is not an S3 bucket's.
 */
export function locateBucket(origin: S3Origin): BucketLocation {
  const { bucket, region } = S3_DOMAIN.exec(origin.domainName)?.groups ?? {}
  if (!bucket) throw new Error(`The origin ${origin.domainName} is not an S3 bucket's domain.`)
  const prefix = origin.path.replace(/^\//, '')
  return { bucket, region: region ?? (origin.region || 'us-east-1'), prefix: prefix && `${prefix}/` }
}
