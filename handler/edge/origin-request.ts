import {
  failed,
  IMAGE_CACHE_CONTROL,
  justStored,
  MAX_ANSWERED_BYTES,
  missing,
  rejected,
  storedImage,
  unstored,
  withoutBody,
} from './answers.js'
import type { FontCoverage, Generator, Image, Logger } from '../shared/contract.js'
import { DeadlinePassed, startDeadline, type Deadline } from '../shared/deadline.js'
import type { EdgeRequest, EdgeResponse, LambdaContext, OriginRequestEvent } from './edge-event.js'
import { servesFile, type Files } from '../shared/served-files.js'
import { encodeKey } from '../shared/grammar/encoding.js'
import { checkImage } from '../shared/image/check.js'
import { explainError, generatorLogger, logRequest, type Outcome, type RequestLine } from '../shared/log.js'
import type { PackageFiles } from '../shared/package-files.js'
import { isBadRequest, route, suggestion } from './route.js'
import { locateBucket } from '../shared/s3/bucket-location.js'
import type { Opening, Store, Stored } from '../shared/s3/store.js'

export interface Service<P> {
  generator: Generator<P>
  generation: string
  files: PackageFiles
  coverage: FontCoverage
  /** The files of the bucket that are served. The role allows no others. */
  serves: Files
  openStore: (opening: Opening) => Store
  /** Runs the generator's `warm` once in this process. */
  warm: (log: Logger) => void
  /** The region in which this process runs, for the log. */
  region: string | undefined
}

/** The result of a request: an answer, or a request for CloudFront to continue with. */
interface Result {
  outcome: Outcome
  answer: EdgeRequest | EdgeResponse
  error?: string
}

/** Neither the request nor the generator is at fault: trying again may help. */
class Unavailable extends Error {}

type Timings = Omit<RequestLine['ms'], 'total'>

/** The state of one request on its way through the steps below. */
interface Turn<P> extends Service<P> {
  request: EdgeRequest
  requestId: string
  deadline: Deadline
  store: Store
  account: string | undefined
  ms: Timings
  line: { path: string; key?: string; bytes?: number }
}

/**
 * Creates the Lambda@Edge handler for origin-request. It fetches the image, or generates and stores it, and answers
 * with it. The viewer waits for one round trip to S3 if the image is stored, for two if it is generated (GET, PUT),
 * and for none if the URL is wrong. One more is needed for answers that a function can't give: then CloudFront gets
 * the request back with the object's key as its path, and fetches the object itself. See `mayAnswer`.
 */
export function originRequestHandler<P>(
  service: Service<P>,
): (event: OriginRequestEvent, context: LambdaContext) => Promise<EdgeRequest | EdgeResponse> {
  return async (event, context) => {
    const started = performance.now()
    const { config, request } = event.Records[0].cf
    const deadline = startDeadline(context.getRemainingTimeInMillis())
    const line = { path: request.uri }
    const ms: Timings = {}
    const account = accountOf(context)
    const result = await answer(service, request, config.requestId, { deadline, ms, line, account })
    deadline.end()
    const response = 'status' in result.answer ? result.answer : undefined
    logRequest({
      requestId: config.requestId,
      ...line,
      outcome: result.outcome,
      status: Number(response?.status ?? 200),
      ms: { total: since(started), ...ms },
      ...(service.region ? { region: service.region } : {}),
      ...(result.error ? { error: result.error } : {}),
    })
    return response && request.method === 'HEAD' ? withoutBody(response) : result.answer
  }
}

async function answer<P>(
  service: Service<P>,
  request: EdgeRequest,
  requestId: string,
  turn: Pick<Turn<P>, 'deadline' | 'ms' | 'line' | 'account'>,
): Promise<Result> {
  try {
    // The distribution decides which other methods arrive here, and S3 answers them.
    if (request.method !== 'GET' && request.method !== 'HEAD') return { outcome: 'passed', answer: request }
    const meaning = route(service.generator, service.generation, service.coverage, request.uri)
    if (meaning.kind === 'folder')
      return {
        outcome: 'missing',
        answer: missing(nothingHere(service.generator, 'There is no image here.')),
      }
    if (!request.origin?.s3) throw new Error('The event names no S3 origin.')
    if (meaning.kind === 'file' && !servesFile(service.serves, meaning.key))
      return { outcome: 'missing', answer: missing(noFile({ ...service, request })) }
    const { deadline: until, account } = turn
    const store = service.openStore({ location: locateBucket(request.origin.s3), until, account })
    const open = { ...service, ...turn, request, requestId, store }
    return await (meaning.kind === 'file' ? passFile(open, meaning.key) : serveImage(open, meaning))
  } catch (error) {
    if (isBadRequest(error))
      return { outcome: 'rejected', answer: rejected(error), error: `${error.code}: ${error.message}` }
    const passing = error instanceof Unavailable || error instanceof DeadlinePassed
    return { outcome: 'failed', answer: failed(passing ? 503 : 500), error: explainError(error) }
  }
}

function nothingHere({ examples: [example] = [] }: Pick<Generator, 'examples'>, what: string): string {
  return `${what}${example === undefined ? '' : ` Try ${example}`}`
}

function noFile<P>({ generator, request }: Pick<Turn<P>, 'generator' | 'request'>): string {
  const meant = suggestion(generator, request.uri)
  return meant === undefined
    ? nothingHere(generator, 'There is no such file.')
    : `There is no such file. An image would be ${meant}`
}

async function passFile<P>(turn: Turn<P>, key: string): Promise<Result> {
  const { request } = turn
  return (await lookUp(turn, key))
    ? // CloudFront and S3 sign this spelling alike. Any other may be refused, or name another object.
      { outcome: 'passed', answer: { ...request, uri: `/${encodeKey(key)}` } }
    : { outcome: 'missing', answer: missing(noFile(turn)) }
}

async function serveImage<P>(
  turn: Turn<P>,
  { params, canonicalPath, key }: { params: P; canonicalPath: string; key: string },
): Promise<Result> {
  turn.line.path = canonicalPath
  const stored: EdgeRequest = { ...turn.request, uri: `/${key}` }
  const itself = mayAnswer(turn.request)
  const warm = () => turn.warm(generatorLogger(turn.requestId))
  const found = itself ? await fetchStored(turn, key, warm) : await lookUp(turn, key, warm)
  if (found) turn.line.key = key
  if (found === true || found === 'too-long') return { outcome: 'hit', answer: stored }
  if (found) return { outcome: 'hit', answer: storedImage(found.headers, found.body) }
  const image = await make(turn, params)
  const bytes = Buffer.byteLength(image.body)
  turn.line.bytes = bytes
  try {
    const put = await timed(turn, 'store', turn.store.putFirst(key, image, IMAGE_CACHE_CONTROL))
    turn.line.key = key
    // On 'exists', another process was faster, and CloudFront's GET costs no more than one from here.
    const handBack = put === 'exists' || !itself || bytes > MAX_ANSWERED_BYTES
    return { outcome: 'made', answer: handBack ? stored : justStored(image, put) }
  } catch (error) {
    return { outcome: 'made', answer: unstored(image) ?? failed(503), error: explainError(error) }
  }
}

/**
 * Whether the function may answer in S3's place. It can't answer HEAD, because CloudFront derives the length from the
 * body, and a function may not set `Content-Length`. It leaves ranges (206) and conditions (304) to S3, because how
 * CloudFront treats such answers from a function is not documented.
 */
function mayAnswer({ method, headers }: EdgeRequest): boolean {
  return method === 'GET' && !CONDITIONAL_HEADERS.some((name) => headers[name] !== undefined)
}

const CONDITIONAL_HEADERS = [
  'range',
  'if-range',
  'if-match',
  'if-none-match',
  'if-modified-since',
  'if-unmodified-since',
]

/** @throws Unavailable if S3 answers neither yes nor no. */
async function lookUp<P>(turn: Turn<P>, key: string, onSent?: () => void): Promise<boolean> {
  return asked(timed(turn, 'lookup', turn.store.has(key, onSent)))
}

/** @throws Unavailable if S3 answers neither yes nor no. */
async function fetchStored<P>(turn: Turn<P>, key: string, onSent: () => void): Promise<Stored | undefined> {
  return asked(timed(turn, 'lookup', turn.store.fetch(key, MAX_ANSWERED_BYTES, onSent)))
}

async function asked<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (cause) {
    throw new Unavailable('The store could not be read.', { cause })
  }
}

/** Reads the account from the function's ARN: the package knows no account. */
function accountOf({ invokedFunctionArn = '' }: LambdaContext): string | undefined {
  return /^arn:[^:]*:lambda:[^:]*:(\d{12}):/.exec(invokedFunctionArn)?.[1]
}

async function make<P>(turn: Turn<P>, params: P): Promise<Image> {
  const { generator, store, deadline, files, requestId } = turn
  const context = {
    ...files.context,
    store: { get: (key: string) => store.get(key), put: (key: string, made: Image) => store.put(key, made) },
    log: generatorLogger(requestId),
    deadline: deadline.at,
    signal: deadline.signal,
  }
  const image: unknown = await timed(turn, 'render', generator.generate(params, context))
  checkImage(image)
  return image
}

/** Waits for a step until the deadline, and measures its time. */
async function timed<P, T>({ deadline, ms }: Turn<P>, step: keyof Timings, work: Promise<T>): Promise<T> {
  const started = performance.now()
  try {
    return await deadline.limit(work)
  } finally {
    ms[step] = since(started)
  }
}

function since(started: number): number {
  return Math.round((performance.now() - started) * 10) / 10
}
