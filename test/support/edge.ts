import { onTestFinished } from 'vitest'
import { readFont } from '../../handler/shared/grammar/font.js'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { builtinGenerator } from '../../handler/shared/image/builtin.js'
import type { EdgeRequest, OriginRequestEvent } from '../../handler/edge/edge-event.js'
import type { Baked } from '../../handler/shared/package-files.js'
import { startObjectStore } from '../../src/local/s3/server.js'
import { openObjectFolder, type ObjectFolder } from '../../src/objects/folder.js'
import { ROOT, tempFolder } from './project.js'

const BUCKET = 'genato-images-000000000000'
export const CREDENTIALS = { accessKeyId: 'LOCALTEST', secretAccessKey: 'secret' }
const FONT_FILE = path.join(ROOT, 'handler', 'fonts', 'Inter-Regular.ttf')
const LIMITS = { side: 4096, text: 200, path: 1024 }

export const FONT = readFont(readFileSync(FONT_FILE))

export const BAKED: Baked = {
  text: 'Hello World',
  limits: LIMITS,
  files: true,
  fontFile: 'Inter-Regular.ttf',
  fontFamily: FONT.family,
  assets: {},
  rendering: 'test',
}

export function builtin(text = 'Hello World') {
  return builtinGenerator({ text, limits: LIMITS, fontFile: FONT_FILE, font: () => FONT })
}

/** CloudFront's event for a GET. */
export function event(uri: string, change: Partial<EdgeRequest> = {}): OriginRequestEvent {
  return {
    Records: [
      {
        cf: {
          config: {
            distributionDomainName: 'd111111abcdef8.cloudfront.net',
            distributionId: 'EDFDVBD6EXAMPLE',
            eventType: 'origin-request',
            requestId: 'test-request',
          },
          request: {
            clientIp: '203.0.113.178',
            headers: { host: [{ key: 'Host', value: `${BUCKET}.s3.us-east-1.amazonaws.com` }] },
            method: 'GET',
            querystring: '',
            uri,
            origin: {
              s3: {
                authMethod: 'none',
                customHeaders: {},
                domainName: `${BUCKET}.s3.us-east-1.amazonaws.com`,
                path: '',
                region: 'us-east-1',
              },
            },
            ...change,
          },
        },
      },
    ],
  }
}

/** A real object store in a temporary folder. */
export async function localStore(account?: string): Promise<{ folder: ObjectFolder; endpoint: string }> {
  const folder = await openObjectFolder(tempFolder())
  const server = await startObjectStore({
    buckets: new Map([[BUCKET, folder]]),
    credentials: CREDENTIALS,
    account,
  })
  onTestFinished(async () => server.close())
  return { folder, endpoint: server.endpoint }
}
