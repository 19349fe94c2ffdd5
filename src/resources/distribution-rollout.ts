import type { Session } from '../aws/session.js'
import { waitFor } from '../aws/wait.js'
import { EXIT, GenatoError } from '../lib/errors.js'
import { readDistribution, type DistributionSeen } from './distribution-seen.js'

/** How long CloudFront may take to roll out a change. */
export const ROLLOUT = {
  timeout: 40 * 60_000,
  pauses: [2_000, 15_000] as [number, number],
  usual: '3 to 10 min',
}

/** @throws GenatoError ROLLOUT_LATE, exit code 3 */
export async function untilDeployed(
  session: Session,
  { id, deployed }: Pick<DistributionSeen, 'id' | 'deployed'>,
): Promise<void> {
  if (deployed) return
  await waitFor(session, {
    title: `distribution ${id} to be deployed`,
    ...ROLLOUT,
    look: async () => ((await readDistribution(session, id))?.deployed === false ? undefined : true),
    late: () => rolloutLate(id),
  })
}

export function rolloutLate(id: string): GenatoError {
  return new GenatoError('ROLLOUT_LATE', `CloudFront is still rolling out distribution ${id}.`, {
    hint: 'Run the same command again later: it continues from there.',
    exitCode: EXIT.unfinished,
  })
}
