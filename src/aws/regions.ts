/**
 * Where Lambda@Edge runs functions, and so where their logs are.
 * Source: CloudFront developer guide, "Service-linked roles for Lambda@Edge", the replicator's regions.
 */
export const EDGE_REGIONS = [
  'us-east-1',
  'us-east-2',
  'us-west-1',
  'us-west-2',
  'ap-south-1',
  'ap-northeast-1',
  'ap-northeast-2',
  'ap-southeast-1',
  'ap-southeast-2',
  'eu-central-1',
  'eu-west-1',
  'eu-west-2',
  'sa-east-1',
] as const
