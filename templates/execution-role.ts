import { GENERATED } from '../handler/contract.js'
import type { Files } from '../handler/files.js'
import { servedObjects } from './images-bucket.js'
import type { PolicyDocument } from './policy.js'

/** Who may run as the function: Lambda, and its replicas at the edge. */
export function executionRoleTrust(): PolicyDocument {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: ['lambda.amazonaws.com', 'edgelambda.amazonaws.com'] },
        Action: 'sts:AssumeRole',
      },
    ],
  }
}

/** AWS's own policy for writing logs: in every region, as a function at the edge has to. */
export const BASIC_EXECUTION = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'

/**
 * All that the function may do beside logging: read the images bucket, and write what it makes. The list
 * permission is on the bucket, so that S3 answers 404 for what is absent, and not 403.
 */
export function executionRolePolicy(imagesBucket: string, files: Files): PolicyDocument {
  const bucket = `arn:aws:s3:::${imagesBucket}`
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'ReadFiles',
        Effect: 'Allow',
        Action: 's3:GetObject',
        Resource: servedObjects(imagesBucket, files),
      },
      { Sid: 'WriteGenerated', Effect: 'Allow', Action: 's3:PutObject', Resource: `${bucket}/${GENERATED}*` },
      { Sid: 'TellAbsent', Effect: 'Allow', Action: 's3:ListBucket', Resource: bucket },
    ],
  }
}
