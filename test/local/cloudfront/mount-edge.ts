import { createHash } from 'node:crypto'
import http from 'node:http'
import { onTestFinished } from 'vitest'
import { BEHAVIOURS, ORIGIN_ID } from '../../../templates/distribution.js'
import {
  CACHE_TAG_HEADER,
  GATE,
  mountBehaviour,
  PICTURES_FAILOVER,
  PICTURES_GROUP,
  PICTURES_ORIGIN,
  RENDITIONS_ORIGIN,
} from '../../../templates/mount-behaviour.js'
import { createEdge } from '../../../src/local/cloudfront/edge.js'
import type { FunctionUrlOrigin } from '../../../src/local/cloudfront/origin/function-url.js'
import type {
  ViewerFunction,
  ViewerFunctionEvent,
} from '../../../src/local/cloudfront/viewer-function/event.js'
import { startViewerServer } from '../../../src/local/cloudfront/viewer/server.js'
import type { FunctionRunner } from '../../../src/local/lambda/runner.js'
import type { StoredObject } from '../../../src/objects/object-file.js'

type UrlRequest = Parameters<FunctionUrlOrigin['fetch']>[0]
type UrlResponse = Awaited<ReturnType<FunctionUrlOrigin['fetch']>>

/** A picture of the image function, as it sends it. */
export function picture(text: string, headers: Record<string, string> = {}): UrlResponse {
  return {
    status: 200,
    headers: {
      'content-type': 'image/webp',
      'cache-control': 'public, max-age=3600, s-maxage=60',
      etag: etagOf(Buffer.from(text)),
      [CACHE_TAG_HEADER]: 'cat',
      ...headers,
    },
    body: Buffer.from(text),
  }
}

function etagOf(body: Buffer): string {
  return `"${createHash('md5').update(body).digest('hex')}"`
}

/** Moves a mount's paths below a generation, as the gate does. */
const rewrite: ViewerFunction = async ({ request }) => ({
  ...request,
  uri: request.uri.replace(/^\/(\w+)\//, '/$1/0123456789ab/'),
})

interface Options {
  gate?: ViewerFunction
  answer?: (request: UrlRequest, signal: AbortSignal | undefined) => UrlResponse | Promise<UrlResponse>
  readTimeoutMs?: number
}

/**
 * An edge with two mounts: `/photos/*` asks the function, `/stored/*` the renditions first. The default behaviour
 * runs a Lambda@Edge function that knows no path. The test controls the clock, and sees what reached what.
 */
export function mountEdge({ gate = rewrite, answer = () => picture('made'), readTimeoutMs }: Options = {}) {
  const stored = new Map<string, { text: string; cacheControl: string; tag: string }>()
  const seen = {
    now: 1_000_000,
    gate: [] as ViewerFunctionEvent[],
    function: [] as UrlRequest[],
    bucket: [] as string[],
    failure: undefined as Error | undefined,
  }
  const get = async (key: string): Promise<StoredObject | undefined> => {
    seen.bucket.push(key)
    if (seen.failure) throw seen.failure
    const found = stored.get(key)
    if (!found) return undefined
    const body = Buffer.from(found.text)
    return {
      key,
      body,
      contentType: 'image/webp',
      cacheControl: found.cacheControl,
      etag: etagOf(body),
      lastModified: new Date(0),
      metadata: { 'cache-tag': found.tag },
    }
  }
  const objects = {
    get,
    async head(key: string) {
      const found = await get(key)
      if (!found) return undefined
      const { body, ...about } = found
      return { ...about, size: body.length }
    },
  }
  const generator = {
    invoke: async () => ({
      value: {
        status: '404',
        headers: { 'cache-control': [{ value: 'max-age=60' }] },
        body: 'NOT_FOUND: of the generator',
      },
    }),
  } as unknown as FunctionRunner
  const edge = createEdge({
    behaviours: [mountBehaviour('photos', 'check'), mountBehaviour('stored', 'purge'), ...BEHAVIOURS],
    origins: {
      [ORIGIN_ID]: { domain: 'images.s3.amazonaws.com', path: '', objects },
      [RENDITIONS_ORIGIN]: { domain: 'renditions.s3.amazonaws.com', path: '', objects },
      [PICTURES_ORIGIN]: {
        domain: 'id.lambda-url.us-east-1.on.aws',
        async fetch(request, signal) {
          seen.function.push(request)
          return answer(request, signal)
        },
        ...(readTimeoutMs === undefined ? {} : { readTimeoutMs }),
      },
      [PICTURES_GROUP]: PICTURES_FAILOVER,
    },
    functions: { edge: generator },
    viewerFunctions: {
      async [GATE](event) {
        seen.gate.push(event)
        return gate(event)
      },
    },
    cacheTagHeader: CACHE_TAG_HEADER,
    cacheBytes: 1e6,
    now: () => seen.now,
  })
  return { edge, seen, stored }
}

/** `200 Miss from cloudfront <body>` */
export function cached({ status, headers, body }: Got): string {
  return `${status} ${String(headers['x-cache'])} ${body}`
}

interface Got {
  status: number
  headers: http.IncomingHttpHeaders
  body: string
}

/** Serves the edge over HTTP. @returns a client, which sends the path and the headers exactly as given. */
export async function overHttp({ edge }: Pick<ReturnType<typeof mountEdge>, 'edge'>) {
  const server = await startViewerServer({
    edge,
    page: { handle: () => false },
    host: '127.0.0.1',
    port: 0,
    onServed: () => undefined,
  })
  onTestFinished(async () => server.close())
  return async (
    path: string,
    headers: http.OutgoingHttpHeaders | readonly string[] = {},
    method = 'GET',
  ): Promise<Got> =>
    new Promise((resolve, reject) => {
      http
        .request(
          { port: server.port, host: '127.0.0.1', path, headers, method, agent: false },
          (response) => {
            const chunks: Buffer[] = []
            response.on('data', (chunk: Buffer) => chunks.push(chunk))
            response.on('end', () =>
              resolve({
                status: response.statusCode ?? 0,
                headers: response.headers,
                body: Buffer.concat(chunks).toString(),
              }),
            )
          },
        )
        .on('error', reject)
        .end()
    })
}
