import { GENERATED } from '../handler/shared/contract.js'
import type { Files } from '../handler/shared/served-files.js'
import { servedObjects } from './images-bucket.js'
import type { PolicyDocument, Statement } from './policy.js'

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
 * permission is on the bucket, so that S3 answers 404 for what is absent, and not 403. Only while the bucket is
 * this account's: anybody may take the name of a deleted bucket.
 */
export function executionRolePolicy(imagesBucket: string, account: string, files: Files): PolicyDocument {
  const bucket = `arn:aws:s3:::${imagesBucket}`
  const allow = (Sid: string, Action: string, Resource: string | string[]): Statement => ({
    Sid,
    Effect: 'Allow',
    Action,
    Resource,
    Condition: { StringEquals: { 'aws:ResourceAccount': account } },
  })
  return {
    Version: '2012-10-17',
    Statement: [
      allow('ReadFiles', 's3:GetObject', servedObjects(imagesBucket, files)),
      allow('WriteGenerated', 's3:PutObject', `${bucket}/${GENERATED}*`),
      allow('TellAbsent', 's3:ListBucket', bucket),
    ],
  }
}
