import { UpdateFunctionCodeCommand } from '@aws-sdk/client-lambda'
import type { Session } from '../aws/session.js'
import { STACK_TAG } from '../config/names.js'
import { untilFetched } from './bucket-call.js'
import { observeFunction, type FunctionSeen } from './function-seen.js'
import { tagFunction, untilActive, updateFunction } from './function-update.js'
import type { CodeIdentity, FunctionWanted } from './function-wanted.js'
import { overtaken } from './ownership.js'
import { missingTags, type Tags } from './tags.js'

/** What a later run has to know about the function's code. Written after the code. */
export const CODE_TAGS = {
  digest: 'genato:package',
  /** `CodeSha256` of the zip that it came in. */
  sha256: 'genato:code',
  generation: 'genato:generation',
  cached: 'genato:cached',
} as const

export function codeTags({ digest, generation, cached }: CodeIdentity, sha256: string): Tags {
  return {
    [CODE_TAGS.digest]: digest,
    [CODE_TAGS.sha256]: sha256,
    [CODE_TAGS.generation]: generation,
    [CODE_TAGS.cached]: cached,
  }
}

/** Whether the function has the code of this digest, and nobody has written other code since. */
export function hasCode({ tags, codeSha256 }: FunctionSeen, digest: string): boolean {
  return tags[CODE_TAGS.digest] === digest && tags[CODE_TAGS.sha256] === codeSha256
}

/** Reads the wanted code's identity from the function's tags, if it has that code. Otherwise loads the package. */
export async function identifyCode(
  found: FunctionSeen | undefined,
  { digest, load }: FunctionWanted,
): Promise<CodeIdentity> {
  const { [CODE_TAGS.generation]: generation, [CODE_TAGS.cached]: cached } = found?.tags ?? {}
  if (found && hasCode(found, digest) && generation !== undefined && cached !== undefined)
    return { digest, generation, cached }
  return { digest, ...(await load()) }
}

/**
 * Updates the code, then the tags.
 * @returns the function as it is then: `seen` itself if nothing differed.
 * @throws GenatoError OVERTAKEN
 */
export async function syncCode(
  session: Session,
  seen: FunctionSeen,
  wanted: FunctionWanted,
  code: CodeIdentity,
): Promise<FunctionSeen> {
  const codeSha256 = hasCode(seen, code.digest) ? seen.codeSha256 : await putCode(session, seen, wanted)
  const tags = {
    ...seen.tags,
    ...wanted.tags,
    [STACK_TAG]: wanted.stack,
    ...codeTags(code, codeSha256),
  }
  const missing = missingTags(tags, seen.tags)
  if (missing) await tagFunction(session, wanted, missing)
  return missing || codeSha256 !== seen.codeSha256 ? { ...seen, codeSha256, tags } : seen
}

/** @returns the `CodeSha256` of what the function has then. */
async function putCode(session: Session, seen: FunctionSeen, wanted: FunctionWanted): Promise<string> {
  const { region, name } = wanted
  const { bucket, key, codeSha256 } = await wanted.zip()
  if (codeSha256 === seen.codeSha256) return codeSha256
  const command = new UpdateFunctionCodeCommand({ FunctionName: name, S3Bucket: bucket, S3Key: key })
  await updateFunction(session, wanted, 'code', async () =>
    untilFetched(session, bucket, async () => session.clients.in(region).lambda.send(command)),
  )
  await untilActive(session, wanted)
  const now = await observeFunction(session, wanted)
  if (now && !session.ledger.dryRun && now.codeSha256 !== codeSha256) throw overtaken(name)
  return codeSha256
}
