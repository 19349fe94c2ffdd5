import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Mount } from '../../../handler/shared/pictures/mount.js'
import type { Settings } from '../../config/types.js'
import { messageOf } from '../../lib/errors.js'
import { HOME_REGION } from '../../lib/home-region.js'
import type { FunctionIdentity } from '../../local/lambda/environment.js'
import { describeAnswers, readAnswers } from '../../local/rekognition/answers.js'
import type { Operation } from '../../local/rekognition/operations.js'
import type { Loopback } from '../../lib/loopback.js'
import { startRekognition } from '../../local/rekognition/server.js'
import type { Reporter } from '../../reporter/reporter.js'
import type { Originals } from './original-folders.js'
import { asksRekognition } from './renditions.js'

interface Around {
  answersFile: string | undefined
  originals: Originals
  /** The function's. */
  credentials: FunctionIdentity['credentials']
  reporter: Pick<Reporter, 'warn'>
}

/**
 * Starts the local Rekognition if a mount needs it, and says what it does.
 * @throws GenatoError BAD_ANSWERS
 */
export async function startLocalRekognition(
  mounts: readonly Mount[],
  { answersFile, originals, credentials, reporter }: Around,
): Promise<Loopback | undefined> {
  const allowed = new Set<Operation>([
    ...(mounts.some(({ faces }) => faces === 'rekognition') ? (['DetectFaces'] as const) : []),
    ...(mounts.some(({ moderate }) => moderate) ? (['DetectModerationLabels'] as const) : []),
  ])
  if (allowed.size === 0) return undefined
  reporter.warn(describeAnswers(await readAnswers(answersFile)))
  return startRekognition({
    credentials,
    region: HOME_REGION,
    allowed,
    answers: async () => readAnswers(answersFile),
    async original(name) {
      const slash = name.indexOf('/')
      const folder = originals.folders.get(name.slice(0, slash))
      return (await folder?.get(name.slice(slash + 1)))?.body
    },
    onError: (error) => reporter.warn(`The local Rekognition failed: ${messageOf(error)}.`),
  })
}

/** The function keeps Rekognition's answers, so a changed file has to be noticed. */
export async function answersDigest(
  { originals }: Settings,
  answersFile: string | undefined,
): Promise<string | undefined> {
  if (answersFile === undefined || !originals.mounts.some(asksRekognition)) return undefined
  // A file that can't be read is reported by whoever reads it.
  const bytes = await readFile(answersFile).catch(() => '')
  return createHash('sha256').update(bytes).digest('hex').slice(0, 12)
}
