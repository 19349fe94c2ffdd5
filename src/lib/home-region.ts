/** The region of Lambda@Edge functions, and so of all that belongs to one. */
export const HOME_REGION = 'us-east-1'
