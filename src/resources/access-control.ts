import {
  CreateOriginAccessControlCommand,
  DeleteOriginAccessControlCommand,
  GetOriginAccessControlCommand,
  ListOriginAccessControlsCommand,
  UpdateOriginAccessControlCommand,
  type OriginAccessControlConfig,
} from '@aws-sdk/client-cloudfront'
import { KNOWN_AFTER } from '../aws/change.js'
import { isNamed, orAbsent } from '../aws/errors.js'
import type { Session } from '../aws/session.js'
import { retryWhile } from '../aws/wait.js'
import { GenatoError } from '../lib/errors.js'

interface AccessControlSeen {
  id: string
  description: string
  /** As it has to be. */
  correct: boolean
}

function configOf(name: string, stack: string): OriginAccessControlConfig {
  return {
    Name: name,
    Description: `genato:stack=${stack}`,
    SigningProtocol: 'sigv4',
    SigningBehavior: 'always',
    OriginAccessControlOriginType: 's3',
  }
}

/** Found by its name: it can't be tagged. IAM: cloudfront:ListOriginAccessControls. */
export async function observeAccessControl(
  session: Session,
  name: string,
  stack: string,
): Promise<AccessControlSeen | undefined> {
  const wanted = configOf(name, stack)
  for (let Marker: string | undefined; ;) {
    const { OriginAccessControlList: page } = await session.clients.cloudfront.send(
      new ListOriginAccessControlsCommand({ MaxItems: 100, ...(Marker ? { Marker } : {}) }),
    )
    const found = page?.Items?.find(({ Name }) => Name === name)
    if (found)
      return {
        id: found.Id ?? '',
        description: found.Description ?? '',
        correct: (['SigningProtocol', 'SigningBehavior', 'OriginAccessControlOriginType'] as const).every(
          (key) => found[key] === wanted[key],
        ),
      }
    Marker = page?.NextMarker
    if (!Marker) return undefined
  }
}

/**
 * Looks, and refuses what is another's: nothing is written yet.
 * @returns what makes it as it has to be, and gives its id.
 * @throws GenatoError NOT_OURS
 */
export async function prepareAccessControl(
  session: Session,
  name: string,
  stack: string,
): Promise<() => Promise<string>> {
  session.ledger.seen('access control', name)
  const wanted = configOf(name, stack)
  const there = await observeAccessControl(session, name, stack)
  if (there) refuseStranger(there, wanted)
  return async () => sync(session, there ?? (await create(session, wanted)), wanted)
}

async function sync(
  session: Session,
  found: AccessControlSeen,
  wanted: OriginAccessControlConfig,
): Promise<string> {
  const { Name: name = '' } = wanted
  if (!found.correct)
    await session.ledger.change(
      { action: 'update', resource: 'access control', name, expect: undefined },
      async () => {
        const { ETag } = await session.clients.cloudfront.send(
          new GetOriginAccessControlCommand({ Id: found.id }),
        )
        await session.clients.cloudfront.send(
          new UpdateOriginAccessControlCommand({
            Id: found.id,
            IfMatch: ETag,
            OriginAccessControlConfig: wanted,
          }),
        )
      },
    )
  return found.id
}

function refuseStranger({ description }: AccessControlSeen, wanted: OriginAccessControlConfig): void {
  if (description !== wanted.Description) throw notOurs(wanted.Name ?? '')
}

function notOurs(name: string): GenatoError {
  return new GenatoError('NOT_OURS', `There is an origin access control ${name} that genato did not make.`, {
    hint: 'Take another --stack name, or delete it in the CloudFront console.',
  })
}

async function create(session: Session, wanted: OriginAccessControlConfig): Promise<AccessControlSeen> {
  const { Name: name = '', Description: description = '' } = wanted
  const expect = { id: KNOWN_AFTER, description, correct: true }
  return session.ledger.change({ action: 'create', resource: 'access control', name, expect }, async () => {
    try {
      const { OriginAccessControl } = await session.clients.cloudfront.send(
        new CreateOriginAccessControlCommand({ OriginAccessControlConfig: wanted }),
      )
      return { id: OriginAccessControl?.Id ?? '', description, correct: true }
    } catch (error) {
      if (!isNamed(error, 'OriginAccessControlAlreadyExists')) throw error
      const there = await observeAccessControl(session, name, description.replace('genato:stack=', ''))
      if (!there) throw error
      refuseStranger(there, wanted)
      return there
    }
  })
}

/** Deletes it, if it is the stack's own. A distribution that was just deleted may still count as using it. */
export async function removeAccessControl(session: Session, name: string, stack: string): Promise<void> {
  const { cloudfront } = session.clients
  const found = await observeAccessControl(session, name, stack)
  if (!found || found.description !== configOf(name, stack).Description) return
  await session.ledger.change(
    { action: 'delete', resource: 'access control', name, expect: undefined },
    async () => {
      const passing = (error: unknown) => isNamed(error, 'OriginAccessControlInUse', 'PreconditionFailed')
      await orAbsent(
        retryWhile(session, { passing, timeout: 120_000, pauses: [2_000, 15_000] }, async () => {
          const { ETag } = await cloudfront.send(new GetOriginAccessControlCommand({ Id: found.id }))
          await cloudfront.send(new DeleteOriginAccessControlCommand({ Id: found.id, IfMatch: ETag }))
        }),
        'NoSuchOriginAccessControl',
      )
    },
  )
}
