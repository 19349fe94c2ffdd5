import {
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  paginateListRolePolicies,
} from '@aws-sdk/client-iam'
import { isBusy, isNamed, orAbsent } from '../aws/errors.js'
import { pagesIfAny } from '../aws/pages.js'
import type { Session } from '../aws/session.js'
import { retryWhile } from '../aws/wait.js'
import { attachedPolicies, policyName, SETTLING } from './role.js'

/** Detaches and deletes the role's policies, then deletes the role. It may be absent. */
export async function removeRole(session: Session, name: string): Promise<void> {
  const { iam } = session.clients.global
  const gone = async (run: Promise<unknown>) => void (await orAbsent(run, 'NoSuchEntityException'))
  const change = { action: 'delete', resource: 'role', name, expect: undefined } as const
  const attached = await attachedPolicies(session, name)
  const inline = await inlinePolicies(session, name)
  for (const PolicyArn of attached)
    await session.ledger.change({ ...change, aspect: policyName(PolicyArn) }, async () =>
      gone(iam.send(new DetachRolePolicyCommand({ RoleName: name, PolicyArn }))),
    )
  for (const PolicyName of inline)
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

async function inlinePolicies(session: Session, name: string): Promise<string[]> {
  const names: string[] = []
  const pages = paginateListRolePolicies(
    { client: session.clients.global.iam },
    { RoleName: name },
    { abortSignal: session.signal },
  )
  for await (const { PolicyNames = [] } of pagesIfAny(pages, 'NoSuchEntityException'))
    names.push(...PolicyNames)
  return names
}
