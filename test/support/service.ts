import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { onTestFinished, vi } from 'vitest'
import type { Generator } from '../../handler/shared/contract.js'
import type { EdgeRequest, EdgeResponse, OriginRequestEvent } from '../../handler/edge/edge-event.js'
import type { Files } from '../../handler/shared/served-files.js'
import type { RequestLine } from '../../handler/shared/log.js'
import { originRequestHandler } from '../../handler/edge/origin-request.js'
import { packageFiles } from '../../handler/shared/package-files.js'
import { storeOpener } from '../../handler/shared/s3/store.js'
import { BAKED, builtin, CREDENTIALS, FONT } from './edge.js'
import { ROOT } from './project.js'
import path from 'node:path'

export interface TestService {
  /** @param remaining the time that Lambda reports as left, in ms. */
  send(event: OriginRequestEvent, remaining?: number): Promise<EdgeRequest | EdgeResponse>
  /** The logged request lines. */
  lines: RequestLine[]
}

/** The ARN in a replica's context. */
const ARN = 'arn:aws:lambda:eu-west-1:000000000000:function:us-east-1.genato-func:7'

/** The origin-request handler with a real S3 client for this endpoint. */
export function service<P>(endpoint: string, generator?: Generator<P>, serves: Files = true): TestService {
  const lines: RequestLine[] = []
  const log = vi
    .spyOn(console, 'log')
    .mockImplementation((text: string) => void lines.push(JSON.parse(text) as RequestLine))
  onTestFinished(() => log.mockRestore())
  const handler = originRequestHandler<never>({
    generator: (generator ?? builtin()) as Generator<never>,
    generation: 'gen1',
    files: packageFiles(path.join(ROOT, 'handler', 'fonts'), BAKED),
    coverage: FONT,
    serves,
    openStore: storeOpener({
      AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
      AWS_ENDPOINT_URL_S3: endpoint,
    }),
    warm: () => undefined,
    region: 'eu-west-1',
  })
  return {
    send: async (event, remaining = 30_000) =>
      handler(event, { getRemainingTimeInMillis: () => remaining, invokedFunctionArn: ARN }),
    lines,
  }
}

/** An S3 with scripted responses, for rare ones. */
export async function scriptedS3(
  respond: (request: { method: string; path: string; count: number }, response: http.ServerResponse) => void,
): Promise<{ endpoint: string; requests: string[]; connections: () => Promise<number> }> {
  const requests: string[] = []
  const server = http.createServer((request, response) => {
    request.resume()
    request.on('end', () => {
      requests.push(`${request.method} ${request.url}`)
      respond({ method: request.method ?? '', path: request.url ?? '', count: requests.length }, response)
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    connections: promisify(server.getConnections.bind(server)),
  }
}
