import path from 'node:path'
import sharp from 'sharp'
import { onTestFinished, vi } from 'vitest'
import type { Answer } from '../../handler/images/function-url.js'
import { imageHandler } from '../../handler/images/handler.js'
import { pictureWork, type PictureWork } from '../../handler/images/picture-work.js'
import type { RequestLine } from '../../handler/shared/log.js'
import { FACE_MODEL } from '../../handler/shared/pictures/face-model.js'
import { generationOf } from '../../handler/shared/pictures/generation.js'
import { renditionKey } from '../../handler/shared/pictures/key.js'
import { AS_IS, DEFAULT_LIMITS, type Mount } from '../../handler/shared/pictures/mount.js'
import type { Operations } from '../../handler/shared/pictures/operations.js'
import { bucketOpener } from '../../handler/shared/s3/objects.js'
import { startObjectStore } from '../../src/local/s3/server.js'
import { openObjectFolder, type ObjectFolder } from '../../src/objects/folder.js'
import type { Objects } from '../../src/objects/object-store.js'
import { CREDENTIALS } from './edge.js'
import { operations } from './operations.js'
import { ROOT, tempFolder } from './project.js'

const ACCOUNT = '000000000000'
const ARN = `arn:aws:lambda:us-east-1:${ACCOUNT}:function:genato-originals`

export function mount(change: Partial<Mount> = {}): Mount {
  const policy = {
    name: 'photos',
    bucket: undefined,
    prefix: 'photos/',
    allow: 'any',
    asIs: false,
    fresh: 'check',
    faces: 'built-in',
    moderate: false,
    limits: DEFAULT_LIMITS,
    ...change,
  } as const
  return { ...policy, generation: change.generation ?? generationOf(policy) }
}

/** The path that leaves the gate. */
export function pathOf(of: Mount, key: string, asked: Partial<Operations> | typeof AS_IS = { width: 40 }) {
  return `/${renditionKey({ generation: of.generation, mount: of.name, key }, asked === AS_IS ? AS_IS : operations(asked))}`
}

export interface Sent extends Answer {
  cacheControl: string | undefined
  text: string
}

interface Send {
  /** @param options `remaining` is the time that Lambda reports as left, in ms. */
  (path: string, options?: { method?: string; remaining?: number; event?: object }): Promise<Sent>
}

/** The function's handler, with a real S3 client for this endpoint. */
export function imageService(endpoint: string, mounts: readonly Mount[], work: Partial<PictureWork> = {}) {
  const lines: RequestLine[] = []
  const log = vi
    .spyOn(console, 'log')
    .mockImplementation((text: string) => void lines.push(JSON.parse(text) as RequestLine))
  onTestFinished(() => log.mockRestore())
  const open = bucketOpener({
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    AWS_ENDPOINT_URL_S3: endpoint,
  })
  const handler = imageHandler({
    mounts,
    work: { ...pictureWork(path.join(ROOT, 'handler', 'images', FACE_MODEL), {}), ...work },
    openBuckets: (_, until, account) => {
      const at = (bucket: string) =>
        open({ location: { bucket, region: 'us-east-1', prefix: '' }, until, account })
      return { originals: at('originals'), renditions: at('renditions') }
    },
    warm: () => undefined,
    region: 'us-east-1',
  })
  const send: Send = async (rawPath, { method = 'GET', remaining = 30_000, event = {} } = {}) => {
    const answer = await handler(
      { rawPath, requestContext: { http: { method } }, ...event },
      { awsRequestId: 'test', getRemainingTimeInMillis: () => remaining, invokedFunctionArn: ARN },
    )
    return {
      ...answer,
      cacheControl: answer.headers['Cache-Control'],
      text: answer.body.toString('utf8'),
    }
  }
  return { send, lines }
}

type Method = 'GET' | 'HEAD' | 'PUT' | 'DELETE'

/** Something that happens in the store, in the middle of a request. */
export type Hook = (
  when: 'before' | 'after',
  bucket: 'originals' | 'renditions',
  method: Method,
  key: string,
) => Promise<void> | void

/**
 * Two real buckets behind a real S3 that tells what is asked of it.
 * @param account that owns them. The function's own, if left out.
 */
export async function buckets(hook: Hook = () => undefined, account = ACCOUNT) {
  const [originals, renditions] = await Promise.all([
    openObjectFolder(tempFolder()),
    openObjectFolder(tempFolder()),
  ])
  const asked: string[] = []
  const watched = (name: 'originals' | 'renditions', folder: ObjectFolder): Objects => {
    const around = async <T>(method: Method, key: string, work: () => Promise<T>): Promise<T> => {
      asked.push(`${method} ${name} ${key}`)
      await hook('before', name, method, key)
      const result = await work()
      await hook('after', name, method, key)
      return result
    }
    return {
      get: async (key) => around('GET', key, async () => folder.get(key)),
      head: async (key) => around('HEAD', key, async () => folder.head(key)),
      put: async (key, object, options) => around('PUT', key, async () => folder.put(key, object, options)),
      delete: async (key, options) => around('DELETE', key, async () => folder.delete(key, options)),
    }
  }
  const server = await startObjectStore({
    buckets: new Map([
      ['originals', watched('originals', originals)],
      ['renditions', watched('renditions', renditions)],
    ]),
    account,
    credentials: CREDENTIALS,
  })
  onTestFinished(async () => server.close())
  return {
    endpoint: server.endpoint,
    originals,
    renditions,
    asked,
    put: async (key: string, body: Buffer) =>
      originals.put(`photos/${key}`, { body, contentType: 'application/octet-stream' }),
    /** The keys of stored renditions, without notes. */
    stored: async () =>
      (await renditions.list('')).map(({ key }) => key).filter((key) => !key.startsWith('_')),
    notes: async () =>
      (await renditions.list('_notes/')).map(({ key }) => key.slice(key.lastIndexOf('/') + 1)),
  }
}

/** A photograph of one colour. */
export async function photo(color: string, side = 64): Promise<Buffer> {
  return sharp({ create: { width: side, height: side, channels: 3, background: color } })
    .jpeg()
    .toBuffer()
}

/** The colour in the middle of a picture, each channel to the nearest of 0, 128 and 255. */
export async function colorOf(body: Buffer): Promise<string> {
  const { data, info } = await sharp(body).removeAlpha().raw().toBuffer({ resolveWithObject: true })
  const at = (Math.floor(info.height / 2) * info.width + Math.floor(info.width / 2)) * info.channels
  return [0, 1, 2].map((band) => Math.round((data[at + band] ?? 0) / 127.5) * 127.5).join(' ')
}
