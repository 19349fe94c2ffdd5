import { GENERATED } from '../handler/shared/contract.js'
import type { Files } from '../handler/shared/served-files.js'
import { granted, lists, writes, type Grant } from './grants.js'
import { readsServed } from './images-bucket.js'
import type { PolicyDocument, Statement } from './policy.js'

/** Lambda may assume the role, and so may the replicas at the edge. */
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

/** AWS's managed policy for writing logs. It covers every region, and a function at the edge runs in many. */
export const BASIC_EXECUTION = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'

/**
 * What the function may do besides logging, by the Sid of the statement. It may list so that S3 answers 404 for an
 * absent object instead of 403.
 */
export function functionGrants(imagesBucket: string, files: Files): Record<string, Grant> {
  return {
    ReadFiles: readsServed(imagesBucket, files),
    WriteGenerated: writes(imagesBucket, `${GENERATED}*`),
    TellAbsent: lists(imagesBucket),
  }
}

/**
 * The role's inline policy. It holds only while the buckets belong to this account: once a bucket is deleted,
 * anyone may create another of the same name.
 */
export function executionRolePolicy(
  grants: Readonly<Record<string, Grant>>,
  account: string,
): PolicyDocument {
  return {
    Version: '2012-10-17',
    Statement: Object.entries(grants).map(([Sid, grant]): Statement => ({
      Sid,
      Effect: 'Allow',
      ...granted(grant),
      Condition: { StringEquals: { 'aws:ResourceAccount': account } },
    })),
  }
}
