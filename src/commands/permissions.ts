import { operatorPolicy } from '../../templates/operator-policy.js'
import { loadSettings } from '../config/load.js'
import { withSession } from '../aws/session.js'
import { EXIT, GenatoError, type ExitCode } from '../lib/errors.js'
import { describeStack } from '../stacks/description.js'
import type { Run } from './run.js'

/** `genato permissions`: works without an account, and names it if there is one. */
export async function permissions(run: Run): Promise<ExitCode> {
  const settings = await loadSettings(process.cwd(), { ...run.overrides, deployedBefore: true })
  const account = await accountOf(run)
  if (account === undefined)
    run.reporter.warn(
      'There are no AWS credentials, so * stands for the account. Run it with credentials for a narrower policy.',
    )
  const { buckets, functions } = describeStack(settings, account ?? '*')
  const stack = {
    buckets: buckets.map(({ name }) => name),
    functions: functions.map(({ name, region, role }) => ({ name, region, role: role.name })),
    boundary: settings.permissionsBoundary,
  }
  const policy = operatorPolicy(stack, account ?? '*')
  const text = JSON.stringify(policy, null, 2)
  run.reporter.result(text, policy)
  return EXIT.done
}

async function accountOf({ reporter, signal }: Run): Promise<string | undefined> {
  try {
    return await withSession({ reporter, signal, client: { attempts: 2 } }, async ({ account }) => account)
  } catch (error) {
    const codes = ['NO_CREDENTIALS', 'CREDENTIALS_EXPIRED', 'BAD_CREDENTIALS', 'AWS_UNREACHABLE']
    if (error instanceof GenatoError && codes.includes(error.code)) return undefined
    throw error
  }
}
