/** An S3 origin, as Lambda@Edge's origin-request event describes it. */
export interface S3Origin {
  authMethod: string
  customHeaders: Record<string, { key?: string; value: string }[]>
  /** `<bucket>.s3.<region>.amazonaws.com` */
  domainName: string
  /** What CloudFront puts before the URI, without a slash at its end; mostly empty. */
  path: string
  region: string
}

/** Where the bucket behind the distribution is. */
export interface BucketLocation {
  bucket: string
  region: string
  /** What comes before every key, as the origin's path has it: empty or ending in `/`. */
  prefix: string
}

const S3_DOMAIN = /^(?<bucket>.+?)\.s3(?:[.-](?<region>[a-z]{2}(?:-[a-z]+)+-\d))?\.amazonaws\.com$/

/**
 * Reads the bucket from the origin, so that the package has nothing of the account in it.
 * @throws an Error that names the domain, if it is not an S3 bucket's.
 */
export function locateBucket(origin: S3Origin): BucketLocation {
  const { bucket, region } = S3_DOMAIN.exec(origin.domainName)?.groups ?? {}
  if (!bucket) throw new Error(`The origin ${origin.domainName} is not an S3 bucket's domain.`)
  const prefix = origin.path.replace(/^\//, '')
  return { bucket, region: region ?? (origin.region || 'us-east-1'), prefix: prefix && `${prefix}/` }
}
