import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  TagRoleCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam'
import { KNOWN_AFTER } from '../aws/change.js'
import { isBusy, isNamed, orAbsent } from '../aws/errors.js'
import type { Session } from '../aws/session.js'
import { retryWhile } from '../aws/wait.js'
import { STACK_TAG } from '../config/names.js'
import type { PolicyDocument } from '../../templates/policy.js'
import { sameDocument } from './document.js'
import { refuseOthers, type Claim } from './ownership.js'
import { missingTags, readTags, tagList, type Tags } from './tags.js'

export interface RoleWanted extends Claim {
  name: string
  trust: PolicyDocument
  /** ARNs of managed policies. */
  attached: string[]
  inline: { name: string; document: PolicyDocument }
  /** The ARN of the permissions boundary. `undefined`: left as it is. */
  boundary: string | undefined
}

export interface RoleSeen {
  arn: string
  /** Unique, also among roles of one name after another. */
  id: string
  /** The ARN of its permissions boundary. */
  boundary: string | undefined
  tags: Tags
  trust: unknown
  attached: string[]
  /** Of genato's inline policy. */
  inline: unknown
}

/** How long IAM may contradict itself after a change. */
const SETTLING = { passing: isBusy, timeout: 60_000, pauses: [1_000, 5_000] as [number, number] }

/** IAM: iam:GetRole, iam:ListAttachedRolePolicies, iam:GetRolePolicy. */
export async function observeRole(
  session: Session,
  name: string,
  inline: string,
): Promise<RoleSeen | undefined> {
  const { iam } = session.clients
  const [found, attached, policy] = await Promise.all([
    orAbsent(iam.send(new GetRoleCommand({ RoleName: name })), 'NoSuchEntityException'),
    attachedPolicies(session, name),
    orAbsent(
      iam.send(new GetRolePolicyCommand({ RoleName: name, PolicyName: inline })),
      'NoSuchEntityException',
    ),
  ])
  const role = found?.Role
  if (!role) return undefined
  return {
    arn: role.Arn ?? '',
    id: role.RoleId ?? '',
    boundary: role.PermissionsBoundary?.PermissionsBoundaryArn,
    tags: readTags(role.Tags),
    trust: decodeDocument(role.AssumeRolePolicyDocument),
    attached,
    inline: decodeDocument(policy?.PolicyDocument),
  }
}

/** IAM gives documents back percent-encoded. */
function decodeDocument(document: string | undefined): unknown {
  return document === undefined ? undefined : (JSON.parse(decodeURIComponent(document)) as unknown)
}

async function attachedPolicies(session: Session, name: string): Promise<string[]> {
  const arns: string[] = []
  for (let Marker: string | undefined; ;) {
    const page = await orAbsent(
      session.clients.iam.send(
        new ListAttachedRolePoliciesCommand({ RoleName: name, ...(Marker ? { Marker } : {}) }),
      ),
      'NoSuchEntityException',
    )
    arns.push(...(page?.AttachedPolicies ?? []).map(({ PolicyArn = '' }) => PolicyArn))
    if (!page?.IsTruncated) return arns
    Marker = page.Marker
  }
}

/** What of the role is not as it has to be. */
export function roleDrift(seen: RoleSeen, { trust, attached, inline, boundary }: RoleWanted): string[] {
  return [
    ...(boundary === undefined || seen.boundary === boundary ? [] : ['permissions boundary']),
    ...(sameDocument(seen.trust, trust) ? [] : ['trust']),
    ...attached.filter((arn) => !seen.attached.includes(arn)).map((arn) => `policy ${arn.split('/').at(-1)}`),
    ...(sameDocument(seen.inline ?? {}, inline.document) ? [] : [`policy ${inline.name}`]),
  ]
}

/**
 * Looks, and refuses what is another's: nothing is written yet.
 * @returns what makes the execution role as it has to be, and gives its ARN and its unique id; policies that others attached
 *   are kept.
 * @throws GenatoError NOT_OURS
 */
export async function prepareRole(
  session: Session,
  wanted: RoleWanted,
): Promise<() => Promise<Pick<RoleSeen, 'arn' | 'id'>>> {
  const { name } = wanted
  session.ledger.seen('role', name)
  const found = await observeRole(session, name, wanted.inline.name)
  if (found) refuseOthers(`role ${name}`, found.tags, wanted)
  return async () => sync(session, wanted, found ?? (await create(session, wanted)))
}

async function sync(session: Session, wanted: RoleWanted, seen: RoleSeen): Promise<RoleSeen> {
  const { name, stack, boundary } = wanted
  const missing = missingTags({ [STACK_TAG]: stack }, seen.tags)
  const { iam } = session.clients
  if (missing)
    await update(session, name, 'tags', async () =>
      iam.send(new TagRoleCommand({ RoleName: name, Tags: tagList(missing) })),
    )
  // Before the policies: whoever may only write those of a role with this boundary is refused otherwise.
  if (boundary !== undefined && seen.boundary !== boundary)
    await update(session, name, 'permissions boundary', async () =>
      iam.send(new PutRolePermissionsBoundaryCommand({ RoleName: name, PermissionsBoundary: boundary })),
    )
  if (!sameDocument(seen.trust, wanted.trust))
    await update(session, name, 'trust', async () =>
      iam.send(
        new UpdateAssumeRolePolicyCommand({
          RoleName: name,
          PolicyDocument: JSON.stringify(wanted.trust),
        }),
      ),
    )
  for (const arn of wanted.attached.filter((one) => !seen.attached.includes(one)))
    await update(session, name, `attach ${arn.split('/').at(-1)}`, async () =>
      iam.send(new AttachRolePolicyCommand({ RoleName: name, PolicyArn: arn })),
    )
  if (!sameDocument(seen.inline ?? {}, wanted.inline.document))
    await update(session, name, `policy ${wanted.inline.name}`, async () =>
      iam.send(
        new PutRolePolicyCommand({
          RoleName: name,
          PolicyName: wanted.inline.name,
          PolicyDocument: JSON.stringify(wanted.inline.document),
        }),
      ),
    )
  return seen
}

async function create(session: Session, wanted: RoleWanted): Promise<RoleSeen> {
  const { name, stack, trust, boundary } = wanted
  const tags = { [STACK_TAG]: stack }
  const bare = {
    arn: `arn:aws:iam::${session.account}:role/${name}`,
    id: KNOWN_AFTER,
    boundary,
    tags,
    trust,
    attached: [],
    inline: undefined,
  }
  return session.ledger.change({ action: 'create', resource: 'role', name, expect: bare }, async () => {
    try {
      const { Role } = await session.clients.iam.send(
        new CreateRoleCommand({
          RoleName: name,
          AssumeRolePolicyDocument: JSON.stringify(trust),
          Description: `Runs the image function of the genato stack ${stack}`,
          Tags: tagList(tags),
          ...(boundary === undefined ? {} : { PermissionsBoundary: boundary }),
        }),
      )
      return { ...bare, arn: Role?.Arn ?? bare.arn, id: Role?.RoleId ?? '' }
    } catch (error) {
      if (!isNamed(error, 'EntityAlreadyExistsException')) throw error
      const there = await observeRole(session, name, wanted.inline.name)
      if (!there) throw error
      refuseOthers(`role ${name}`, there.tags, wanted)
      return there
    }
  })
}

async function update(
  session: Session,
  name: string,
  aspect: string,
  run: () => Promise<unknown>,
): Promise<void> {
  await session.ledger.change(
    { action: 'update', resource: 'role', name, aspect, expect: undefined },
    async () => {
      await retryWhile(session, SETTLING, run)
    },
  )
}

/** Takes every policy off the role, then deletes it. Absent is done. */
export async function removeRole(session: Session, name: string): Promise<void> {
  const { iam } = session.clients
  const gone = async (run: Promise<unknown>) => void (await orAbsent(run, 'NoSuchEntityException'))
  const change = { action: 'delete', resource: 'role', name, expect: undefined } as const
  const attached = await attachedPolicies(session, name)
  const inline = await orAbsent(
    iam.send(new ListRolePoliciesCommand({ RoleName: name })),
    'NoSuchEntityException',
  )
  for (const PolicyArn of attached)
    await session.ledger.change({ ...change, aspect: PolicyArn.split('/').at(-1) ?? '' }, async () =>
      gone(iam.send(new DetachRolePolicyCommand({ RoleName: name, PolicyArn }))),
    )
  for (const PolicyName of inline?.PolicyNames ?? [])
    await session.ledger.change({ ...change, aspect: PolicyName }, async () =>
      gone(iam.send(new DeleteRolePolicyCommand({ RoleName: name, PolicyName }))),
    )
  await session.ledger.change(change, async () => {
    const passing = (error: unknown) => isBusy(error) || isNamed(error, 'DeleteConflictException')
    await retryWhile(session, { ...SETTLING, passing, timeout: 20_000 }, async () =>
      gone(iam.send(new DeleteRoleCommand({ RoleName: name }))),
    )
  })
}
