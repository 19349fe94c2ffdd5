import {
  CreateOriginAccessControlCommand,
  DeleteOriginAccessControlCommand,
  GetOriginAccessControlCommand,
  paginateListOriginAccessControls,
  UpdateOriginAccessControlCommand,
  type OriginAccessControlConfig,
  type OriginAccessControlSummary,
} from '@aws-sdk/client-cloudfront'
import { KNOWN_AFTER } from '../aws/change.js'
import { isNamed, orAbsent } from '../aws/errors.js'
import type { Session } from '../aws/session.js'
import { retryWhile } from '../aws/wait.js'
import { GenatoError } from '../lib/errors.js'
import { fixAspects, update, type Aspect } from './aspects.js'

type Config = { [Field in keyof OriginAccessControlConfig]-?: NonNullable<OriginAccessControlConfig[Field]> }
const SIGNING = {
  'signing protocol': 'SigningProtocol',
  'signing behavior': 'SigningBehavior',
  'type of origin': 'OriginAccessControlOriginType',
} as const
type Signing = Pick<OriginAccessControlSummary | Config, (typeof SIGNING)[keyof typeof SIGNING]>

export interface AccessControlSeen {
  id: string
  description: string
  signing: Signing
}

function configOf(name: string, stack: string): Config {
  return {
    Name: name,
    Description: descriptionOf(stack),
    SigningProtocol: 'sigv4',
    SigningBehavior: 'always',
    OriginAccessControlOriginType: 's3',
  }
}

/** Says which stack it belongs to, because it can't be tagged. */
function descriptionOf(stack: string): string {
  return `genato:stack=${stack}`
}

export function isOfStack({ description }: Pick<AccessControlSeen, 'description'>, stack: string): boolean {
  return description === descriptionOf(stack)
}

/** CloudFront updates them in one call. */
const ASPECTS = Object.entries(SIGNING).map(([name, field]): Aspect<Signing, Signing> => ({
  name,
  fix: (seen, wanted) => (seen[field] === wanted[field] ? undefined : { ...seen, [field]: wanted[field] }),
}))

/** Names the aspects of the access control that differ from those wanted. */
export function accessControlDrift(
  { signing }: AccessControlSeen,
  { name, stack }: { name: string; stack: string },
): string[] {
  return fixAspects(ASPECTS, signing, configOf(name, stack)).differing
}

/** Finds it by its name, because it can't be tagged. */
export async function observeAccessControl(
  session: Session,
  name: string,
): Promise<AccessControlSeen | undefined> {
  const pages = paginateListOriginAccessControls(
    { client: session.clients.global.cloudfront },
    { MaxItems: 100 },
    { abortSignal: session.signal },
  )
  for await (const { OriginAccessControlList } of pages) {
    const found = OriginAccessControlList?.Items?.find(({ Name }) => Name === name)
    if (!found) continue
    const { Id = '', Description = '', ...signing } = found
    return { id: Id, description: Description, signing }
  }
  return undefined
}

/**
 * Looks at the access control, and refuses another stack's. Writes nothing yet.
 * @returns a function that creates or updates it, and returns its id.
 * @throws GenatoError NOT_OURS
 */
export async function prepareAccessControl(
  session: Session,
  name: string,
  stack: string,
): Promise<() => Promise<string>> {
  session.ledger.seen('access control', name)
  const wanted = configOf(name, stack)
  const there = await observeAccessControl(session, name)
  if (there) refuseStranger(there, wanted)
  return async () => sync(session, there ?? (await create(session, wanted)), wanted)
}

async function sync(session: Session, { id, signing }: AccessControlSeen, wanted: Config): Promise<string> {
  const { differing } = fixAspects(ASPECTS, signing, wanted)
  if (differing.length === 0) return id
  const { cloudfront } = session.clients.global
  const subject = {
    resource: 'access control',
    name: wanted.Name,
    call: async (run: () => Promise<unknown>) => run(),
  }
  await update(session, subject, differing.join(', '), async () => {
    const { ETag } = await cloudfront.send(new GetOriginAccessControlCommand({ Id: id }))
    await cloudfront.send(
      new UpdateOriginAccessControlCommand({ Id: id, IfMatch: ETag, OriginAccessControlConfig: wanted }),
    )
  })
  return id
}

function refuseStranger({ description }: AccessControlSeen, { Name, Description }: Config): void {
  if (description === Description) return
  throw new GenatoError('NOT_OURS', `There is an origin access control ${Name} that genato did not make.`, {
    hint: 'Use another --stack name, or delete it in the CloudFront console.',
  })
}

async function create(session: Session, wanted: Config): Promise<AccessControlSeen> {
  const { Name: name, Description: description, ...signing } = wanted
  const expect = { id: KNOWN_AFTER, description, signing }
  return session.ledger.change({ action: 'create', resource: 'access control', name, expect }, async () => {
    try {
      const { OriginAccessControl } = await session.clients.global.cloudfront.send(
        new CreateOriginAccessControlCommand({ OriginAccessControlConfig: wanted }),
      )
      return { ...expect, id: OriginAccessControl?.Id ?? '' }
    } catch (error) {
      if (!isNamed(error, 'OriginAccessControlAlreadyExists')) throw error
      const there = await observeAccessControl(session, name)
      if (!there) throw error
      refuseStranger(there, wanted)
      return there
    }
  })
}

/** Deletes it if it is the stack's. CloudFront may count a distribution as its user for a while after deleting it. */
export async function removeAccessControl(session: Session, name: string, stack: string): Promise<void> {
  const { cloudfront } = session.clients.global
  const found = await observeAccessControl(session, name)
  if (!found || !isOfStack(found, stack)) return
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
