import { decodeFilePath } from '../../handler/grammar/encoding.js'
import { messageOf } from '../errors.js'
import { createCache, type Answer, type EdgeCache } from './cache.js'
import { originRequestEvent, type Origin, type ViewerRequest } from './event.js'
import type { FunctionRunner } from './function/runner.js'
import { readResult, type FunctionResult } from './result.js'
import type { Objects } from './store/objects.js'

/** The words that CloudFront's `X-Cache` header starts with. */
type CacheResult = 'Hit' | 'Miss' | 'Error' | 'LambdaGeneratedResponse'

export interface EdgeAnswer extends Answer {
  cacheResult: CacheResult
  /** Seconds in the cache, if it came from there. */
  age: number | undefined
  /** What went wrong behind an error of the edge itself: for this machine's user, not for the viewer. */
  reason?: string
}

export interface EdgeOptions {
  runner: FunctionRunner
  store: Pick<Objects, 'get'>
  origin: Origin
  /** For what the cache holds, in bytes. */
  cacheBytes: number
}

/** A CloudFront distribution with the function on its origin-request event, on this machine. */
export interface Edge {
  serve(request: ViewerRequest): Promise<EdgeAnswer>
  /**
   * Goes on with another function, and forgets what the one before answered. Requests that come
   * meanwhile wait; those that the end of the function before cut off are asked anew.
   * @param change ends the one before, and gives the next.
   */
  replace(change: () => Promise<FunctionRunner>): Promise<void>
}

/** What is cached by default. */
export const CACHE_BYTES = 256 * 1024 * 1024

export function createEdge(options: EdgeOptions): Edge {
  let running: Promise<FunctionRunner> = Promise.resolve(options.runner)
  const cache: EdgeCache = createCache(options.cacheBytes)
  const inFlight = new Map<string, Promise<EdgeAnswer>>()

  const miss = async (request: ViewerRequest): Promise<EdgeAnswer> => {
    const asked = running
    const answer = await askOrigin(request, asked, options)
    if (asked !== running) return miss(request)
    // HEAD's answer has no body, so it is never kept for GET.
    if (request.method === 'GET') cache.put(request.uri, answer)
    return answer
  }
  return {
    async serve(request) {
      if (request.method !== 'GET' && request.method !== 'HEAD') return methodRefused()
      const cached = cache.get(request.uri)
      if (cached) {
        const { answer, age } = cached
        return { ...answer, age, cacheResult: answer.status >= 400 ? 'Error' : 'Hit' }
      }
      // Simultaneous misses for one key become one origin request, as CloudFront collapses them.
      const key = `${request.method} ${request.uri}`
      const waiting = inFlight.get(key)
      if (waiting) return waiting
      const asked = miss(request).finally(() => inFlight.delete(key))
      inFlight.set(key, asked)
      return asked
    },
    async replace(change) {
      running = change()
      await running
      cache.clear()
    },
  }
}

async function askOrigin(
  request: ViewerRequest,
  runner: Promise<FunctionRunner>,
  { origin, store }: EdgeOptions,
): Promise<EdgeAnswer> {
  const event = originRequestEvent(request, origin)
  let returned: unknown
  try {
    returned = await (await runner).call({ kind: 'invoke', event })
  } catch (error) {
    return edgeError(
      503,
      'The Lambda function associated with the CloudFront distribution failed.',
      messageOf(error),
    )
  }
  let result: FunctionResult
  let key: string
  try {
    result = readResult(returned)
    if (result.kind === 'response')
      return { ...result.answer, cacheResult: 'LambdaGeneratedResponse', age: undefined }
    // S3 reads a plus in a path as a space.
    key = decodeFilePath(`${origin.path}${result.uri}`.replaceAll('+', '%20'))
  } catch (error) {
    return edgeError(502, 'The Lambda function returned an invalid response.', messageOf(error))
  }
  try {
    return await fetchObject(key, store)
  } catch (error) {
    return edgeError(502, 'The bucket behind the CloudFront distribution failed.', messageOf(error))
  }
}

async function fetchObject(key: string, store: EdgeOptions['store']): Promise<EdgeAnswer> {
  const object = await store.get(key)
  // As S3 answers whom the bucket policy does not let list: it does not tell whether the key exists.
  if (!object)
    return {
      status: 403,
      headers: { 'content-type': 'application/xml' },
      body: Buffer.from(
        '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>',
      ),
      cacheResult: 'Error',
      age: undefined,
    }
  return {
    status: 200,
    headers: {
      'content-type': object.contentType,
      ...(object.cacheControl ? { 'cache-control': object.cacheControl } : {}),
      etag: object.etag,
      'last-modified': object.lastModified.toUTCString(),
      'accept-ranges': 'bytes',
      server: 'AmazonS3',
    },
    body: object.body,
    cacheResult: 'Miss',
    age: undefined,
  }
}

function methodRefused(): EdgeAnswer {
  return edgeError(
    403,
    'This distribution is not configured to allow the HTTP request method that was used for this request.',
  )
}

/** An error of CloudFront's own, not cached. */
function edgeError(status: number, message: string, reason?: string): EdgeAnswer {
  return {
    status,
    headers: { 'content-type': 'text/html', 'cache-control': 'no-store' },
    body: Buffer.from(`<!DOCTYPE html>\n<title>ERROR</title>\n<h1>${status} ERROR</h1>\n<p>${message}</p>\n`),
    cacheResult: 'Error',
    age: undefined,
    ...(reason === undefined ? {} : { reason }),
  }
}
