/**
 * The region of Lambda@Edge functions, and so of all that belongs to one. Source: CloudFront developer guide,
 * "Restrictions on Lambda@Edge".
 */
export const HOME_REGION = 'us-east-1'
