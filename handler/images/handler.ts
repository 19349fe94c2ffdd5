import { quote } from '../shared/grammar/encoding.js'
import { startDeadline, DeadlinePassed, type Deadline } from '../shared/deadline.js'
import { explainError, logRequest, type RequestLine } from '../shared/log.js'
import { cacheTag } from '../shared/pictures/cache-tag.js'
import { LONGEST_KEY, operationsKey, parseRenditionPath } from '../shared/pictures/key.js'
import { isAllowed } from '../shared/pictures/allowed.js'
import { AS_IS, type Mount } from '../shared/pictures/mount.js'
import type { Operations } from '../shared/pictures/operations.js'
import { canonicalPicturePath } from '../shared/pictures/path.js'
import type { Bucket } from '../shared/s3/objects.js'
import { failed, refused, withoutBody, wrongMethod } from './answers.js'
import type { Answer, FunctionUrlEvent, LambdaContext } from './function-url.js'
import { originalKey, rounded, Unavailable, type Job, type Result } from './job.js'
import type { PictureWork } from './picture-work.js'
import { nothingThere } from './refusals.js'
import { serveAsIs } from './serve-as-is.js'
import { serveRendition } from './serve-rendition.js'
import { Refusal } from './types.js'

export interface ImageService {
  mounts: readonly Mount[]
  work: PictureWork
  /** @param account the function's own, 12 digits. */
  openBuckets: (
    mount: Mount,
    deadline: Deadline,
    account: string | undefined,
  ) => { originals: Bucket; renditions: Bucket }
  /** Loads what making a picture needs, once in this process. */
  warm: () => void
  /** The region in which this process runs, for the log. */
  region: string | undefined
}

/**
 * Creates the handler of the function's URL. The path is the one that leaves the gate, and is the only part of the
 * request that shapes the answer.
 */
export function imageHandler(
  service: ImageService,
): (event: FunctionUrlEvent, context: LambdaContext) => Promise<Answer> {
  const mounts = new Map(service.mounts.map((mount) => [mount.name, mount]))
  return async ({ rawPath, requestContext }, context) => {
    const started = performance.now()
    const deadline = startDeadline(context.getRemainingTimeInMillis())
    const { method } = requestContext.http
    const line: Line = { path: rawPath, ms: {}, complaints: [] }
    const result = await answer(service, mounts, {
      method,
      rawPath,
      deadline,
      line,
      account: accountOf(context),
    })
    deadline.end()
    const { path, ms, complaints, ...rest } = line
    logRequest({
      requestId: context.awsRequestId,
      path,
      ...rest,
      outcome: result.outcome,
      status: result.answer.status,
      ms: { total: rounded(performance.now() - started), ...ms },
      ...(service.region ? { region: service.region } : {}),
      ...(complaints.length === 0 ? {} : { error: complaints.join('\n') }),
    })
    return method === 'HEAD' ? withoutBody(result.answer) : result.answer
  }
}

/** What is known of the request for the log, at any time. */
interface Line extends Pick<RequestLine, 'key' | 'bytes'> {
  path: string
  ms: Job['ms']
  complaints: string[]
}

interface Asked {
  method: string
  rawPath: string
  deadline: Deadline
  line: Line
  account: string | undefined
}

async function answer(
  service: ImageService,
  mounts: ReadonlyMap<string, Mount>,
  { method, rawPath, deadline, line, account }: Asked,
): Promise<Result> {
  let tag: string | undefined
  try {
    if (method !== 'GET' && method !== 'HEAD') return { outcome: 'rejected', answer: wrongMethod(method) }
    const parsed = parseRenditionPath(rawPath)
    if (!parsed)
      throw new Refusal(400, 'BAD_ENCODING', `${quote(rawPath)} is not a path that leaves the gate.`)
    const { generation, key, operations } = parsed
    const mount = mounts.get(parsed.mount)
    if (!mount) throw new Refusal(404, 'NOT_FOUND', `There is no mount ${quote(parsed.mount)}.`)
    tag = cacheTag(mount.name, key)
    const job: Job = {
      mount,
      key,
      tag,
      current: generation === mount.generation,
      ...service.openBuckets(mount, deadline, account),
      work: service.work,
      deadline,
      warm: service.warm,
      ms: line.ms,
      line,
      complaints: line.complaints,
    }
    // S3 has no longer keys, so the original can't exist.
    if (Buffer.byteLength(originalKey(job)) > LONGEST_KEY) throw nothingThere(job)
    if (operations === AS_IS) {
      line.path = canonicalPicturePath({ kind: 'as-is', mount: mount.name, key })
      return await serveAsIs(job)
    }
    line.path = canonicalPicturePath({ kind: 'rendition', mount: mount.name, key, operations })
    checkPolicy(mount, operations)
    return await serveRendition({ ...job, operations, renditionKey: rawPath.slice(1) })
  } catch (error) {
    if (error instanceof Refusal) {
      line.complaints.push(`${error.code}: ${error.message}`)
      return { outcome: error.status === 404 ? 'missing' : 'rejected', answer: refused(error, tag) }
    }
    line.complaints.push(explainError(error))
    const passing = error instanceof Unavailable || error instanceof DeadlinePassed
    return { outcome: 'failed', answer: failed(passing ? 503 : 500) }
  }
}

/** The gate has checked this already, but until the next deploy is rolled out it may know another policy. */
function checkPolicy(mount: Mount, operations: Operations): void {
  if (!isAllowed(mount, operations))
    throw new Refusal(403, 'NOT_ALLOWED', `${operationsKey(operations)} is not in the list of ${mount.name}.`)
  const longest = Math.max(operations.width ?? 0, operations.height ?? 0)
  if (longest > mount.limits.side)
    throw new Refusal(
      400,
      'SIZE_LIMIT',
      `${longest} pixels were asked for, and the limit is ${mount.limits.side} a side.`,
    )
}

/** Reads the account from the function's ARN: the package knows no account. */
function accountOf({ invokedFunctionArn = '' }: LambdaContext): string | undefined {
  return /^arn:[^:]*:lambda:[^:]*:(\d{12}):/.exec(invokedFunctionArn)?.[1]
}
