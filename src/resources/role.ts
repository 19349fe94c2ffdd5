import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  paginateListAttachedRolePolicies,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  TagRoleCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam'
import { KNOWN_AFTER } from '../aws/change.js'
import { isBusy, isNamed, orAbsent } from '../aws/errors.js'
import { pagesIfAny } from '../aws/pages.js'
import type { Session } from '../aws/session.js'
import { retryWhile } from '../aws/wait.js'
import { STACK_TAG } from '../config/names.js'
import type { PolicyDocument } from '../../templates/policy.js'
import { fixAspects, syncAspects, type WrittenAspect } from './aspects.js'
import { sameDocument } from './document.js'
import { refuseOthers, type Claim } from './ownership.js'
import { missingTags, readTags, tagList, type Tags } from './tags.js'

export interface RoleWanted extends Claim {
  name: string
  description: string
  trust: PolicyDocument
  /** ARNs of managed policies. */
  attached: string[]
  inline: { name: string; document: PolicyDocument }
  /** The ARN of the permissions boundary. `undefined`: left as it is. */
  boundary: string | undefined
}

export interface RoleSeen {
  arn: string
  /** Unique, also among roles that had the same name one after the other. */
  id: string
  /** The ARN of its permissions boundary. */
  boundary: string | undefined
  tags: Tags
  trust: unknown
  attached: string[]
  /** The document of genato's inline policy. */
  inline: unknown
}

type RoleAspect = WrittenAspect<RoleSeen, RoleWanted>

/** How long IAM may contradict itself after a change. */
export const SETTLING = { passing: isBusy, timeout: 60_000, pauses: [1_000, 5_000] as [number, number] }

export async function observeRole(
  session: Session,
  name: string,
  inline: string,
): Promise<RoleSeen | undefined> {
  const { iam } = session.clients.global
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

/** IAM returns documents percent-encoded. */
function decodeDocument(document: string | undefined): unknown {
  return document === undefined ? undefined : (JSON.parse(decodeURIComponent(document)) as unknown)
}

/** @returns the ARNs of the role's managed policies. */
export async function attachedPolicies(session: Session, name: string): Promise<string[]> {
  const arns: string[] = []
  const pages = paginateListAttachedRolePolicies(
    { client: session.clients.global.iam },
    { RoleName: name },
    { abortSignal: session.signal },
  )
  for await (const { AttachedPolicies = [] } of pagesIfAny(pages, 'NoSuchEntityException'))
    arns.push(...AttachedPolicies.map(({ PolicyArn = '' }) => PolicyArn))
  return arns
}

const TAGS: RoleAspect = {
  name: 'tags',
  fix: (seen, { stack }) => {
    const missing = missingTags(tagsOf(stack), seen.tags)
    return missing && { ...seen, tags: { ...seen.tags, ...missing } }
  },
  write: async ({ clients }, _, { name, stack }) =>
    clients.global.iam.send(new TagRoleCommand({ RoleName: name, Tags: tagList(tagsOf(stack)) })),
}

/** What the role may do, and who may assume it. Policies that others attached are kept. */
function policyAspects({ attached, inline }: RoleWanted): RoleAspect[] {
  return [
    // First: a user who may only write policies of roles with this boundary is refused otherwise.
    {
      name: 'permissions boundary',
      fix: (seen, { boundary }) =>
        boundary === undefined || seen.boundary === boundary ? undefined : { ...seen, boundary },
      write: async ({ clients }, { boundary }, { name }) =>
        clients.global.iam.send(
          new PutRolePermissionsBoundaryCommand({ RoleName: name, PermissionsBoundary: boundary }),
        ),
    },
    {
      name: 'trust',
      fix: (seen, { trust }) => (sameDocument(seen.trust, trust) ? undefined : { ...seen, trust }),
      write: async ({ clients }, _, { name, trust }) =>
        clients.global.iam.send(
          new UpdateAssumeRolePolicyCommand({ RoleName: name, PolicyDocument: JSON.stringify(trust) }),
        ),
    },
    ...attached.map((arn): RoleAspect => ({
      name: `policy ${policyName(arn)}`,
      change: `attach ${policyName(arn)}`,
      fix: (seen) =>
        seen.attached.includes(arn) ? undefined : { ...seen, attached: [...seen.attached, arn] },
      write: async ({ clients }, _, { name }) =>
        clients.global.iam.send(new AttachRolePolicyCommand({ RoleName: name, PolicyArn: arn })),
    })),
    {
      name: `policy ${inline.name}`,
      fix: (seen) =>
        sameDocument(seen.inline ?? {}, inline.document) ? undefined : { ...seen, inline: inline.document },
      write: async ({ clients }, _, { name }) =>
        clients.global.iam.send(
          new PutRolePolicyCommand({
            RoleName: name,
            PolicyName: inline.name,
            PolicyDocument: JSON.stringify(inline.document),
          }),
        ),
    },
  ]
}

function tagsOf(stack: string): Tags {
  return { [STACK_TAG]: stack }
}

export function policyName(arn: string): string {
  return arn.split('/').at(-1) ?? ''
}

/** Names the aspects of the role that differ from those wanted. */
export function roleDrift(seen: RoleSeen, wanted: RoleWanted): string[] {
  return fixAspects(policyAspects(wanted), seen, wanted).differing
}

/**
 * Looks at the role, and refuses another stack's. Writes nothing yet.
 * @returns a function that creates or updates the role, and returns its ARN and its unique id.
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
  const subject = {
    resource: 'role',
    name,
    call: async (run: () => Promise<unknown>) => retryWhile(session, SETTLING, run),
  }
  return async () => {
    const seen = found ?? (await create(session, wanted))
    return syncAspects(session, subject, [TAGS, ...policyAspects(wanted)], { seen, wanted })
  }
}

async function create(session: Session, wanted: RoleWanted): Promise<RoleSeen> {
  const { name, stack, description, trust, boundary } = wanted
  const tags = tagsOf(stack)
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
      const { Role } = await session.clients.global.iam.send(
        new CreateRoleCommand({
          RoleName: name,
          AssumeRolePolicyDocument: JSON.stringify(trust),
          Description: description,
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
