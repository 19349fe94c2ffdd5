import { GetFunctionCommand, type FunctionConfiguration } from '@aws-sdk/client-lambda'
import { orAbsent } from '../aws/errors.js'
import type { Session } from '../aws/session.js'
import { GenatoError } from '../lib/errors.js'
import { functionDrift, readSettings, type FunctionSettings } from './function-settings.js'
import { roleIdOf, type FunctionPlace } from './function-wanted.js'
import { refuseOthers, type Claim } from './ownership.js'
import type { Tags } from './tags.js'

/** Written before the distribution is deleted, so that its logs can be found afterwards. */
export const DISTRIBUTION_TAG = 'genato:distribution'

export interface FunctionSeen extends FunctionSettings {
  arn: string
  codeSha256: string
  tags: Tags
  state: string
  /** Lambda could not create it, or could not carry out the last update. */
  failed: 'creation' | 'update' | undefined
  updating: boolean
  /** Why it is in this state, if AWS says so. */
  reason: string | undefined
  revision: string | undefined
}

/** @throws GenatoError TAGS_UNREADABLE */
export async function observeFunction(
  session: Session,
  { region, name }: FunctionPlace,
): Promise<FunctionSeen | undefined> {
  const found = await orAbsent(
    session.clients.in(region).lambda.send(new GetFunctionCommand({ FunctionName: name })),
    'ResourceNotFoundException',
  )
  // Ownership is judged by the tags.
  if (found?.TagsError)
    throw new GenatoError(
      'TAGS_UNREADABLE',
      `Lambda can't read the tags of the function ${name}: ${found.TagsError.ErrorCode}: ${found.TagsError.Message}`,
      {
        hint: 'Allow lambda:ListTags (genato permissions prints the policy), then run the same command again.',
      },
    )
  return found?.Configuration && readFunction(found.Configuration, found.Tags ?? {})
}

/** @throws GenatoError NOT_OURS, TAGS_UNREADABLE */
export async function findFunction(
  session: Session,
  place: FunctionPlace,
  claim: Claim,
): Promise<FunctionSeen | undefined> {
  const found = await observeFunction(session, place)
  if (found) refuseOthers(`function ${place.name}`, found.tags, claim)
  return found
}

export function readFunction(configuration: FunctionConfiguration, tags: Tags): FunctionSeen {
  const { State = 'Active', LastUpdateStatus = 'Successful' } = configuration
  return {
    ...readSettings(configuration),
    roleId: roleIdOf(configuration.Description ?? ''),
    arn: configuration.FunctionArn ?? '',
    codeSha256: configuration.CodeSha256 ?? '',
    tags,
    state: State,
    failed: State === 'Failed' ? 'creation' : LastUpdateStatus === 'Failed' ? 'update' : undefined,
    updating: LastUpdateStatus === 'InProgress',
    reason: configuration.StateReason ?? configuration.LastUpdateStatusReason,
    revision: configuration.RevisionId,
  }
}

type Runs = FunctionSettings & Pick<FunctionSeen, 'codeSha256'>

/** Whether code and settings are the same, of functions or versions. */
export function runsTheSame(one: Runs, other: Runs): boolean {
  return one.codeSha256 === other.codeSha256 && functionDrift(one, other).length === 0
}
