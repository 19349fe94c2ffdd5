import { once } from 'node:events'
import type { EventEmitter } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { request } from 'node:http'
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'
import { tmpdir } from 'node:os'
import { join, relative, sep } from 'node:path'
import { buffer } from 'node:stream/consumers'
import aws4 from 'aws4'
import { onTestFinished } from 'vitest'
import { openObjectFolder } from '../../../src/objects/folder.js'
import type { ObjectFolder } from '../../../src/objects/folder.js'
import { startObjectStore } from '../../../src/local/s3/server.js'
import type { ObjectStoreOptions } from '../../../src/local/s3/server.js'

export const BUCKET = 'images'
export const CREDENTIALS = {
  accessKeyId: 'AKIDTEST',
  secretAccessKey: 'a-secret/with+signs',
  sessionToken: 'a/token==',
}

export interface Ask {
  method?: string
  path: string
  headers?: OutgoingHttpHeaders
  body?: string | Buffer
}

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  body: Buffer
}

export async function temporaryFolder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'genato-store-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  return dir
}

/** Every file under a folder, relative to it, with `/`. */
export async function filesUnder(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(dir, join(entry.parentPath, entry.name)).split(sep).join('/'))
}

export async function startTestStore(
  options: Partial<ObjectStoreOptions> & { folder?: ObjectFolder } = {},
): Promise<{ folder: ObjectFolder; dir: string; endpoint: string; close(): Promise<void> }> {
  const dir = await temporaryFolder()
  const folder = options.folder ?? (await openObjectFolder(dir))
  const store = await startObjectStore({
    credentials: CREDENTIALS,
    buckets: new Map([[BUCKET, folder]]),
    ...options,
  })
  onTestFinished(() => store.close())
  return { folder, dir, ...store }
}

export function pathOf(key: string): string {
  // aws4 drops `.` segments before it signs; S3 doesn't.
  return `/${BUCKET}/${encodeURIComponent(key).replaceAll('.', '%2E')}`
}

/** The request, signed by aws4 for the endpoint. */
export function sign(
  endpoint: string,
  ask: Ask,
  credentials: aws4.Credentials = CREDENTIALS,
  region = 'us-east-1',
): Ask {
  const { path, headers } = aws4.sign(
    { service: 's3', region, host: new URL(endpoint).host, method: 'GET', ...ask },
    credentials,
  )
  return { ...ask, path: path ?? ask.path, headers: { ...headers } }
}

export async function send(endpoint: string, { method = 'GET', path, headers, body }: Ask): Promise<Answer> {
  const { hostname, port } = new URL(endpoint)
  const outgoing = request({ hostname, port, method, path, headers })
  const closed = closing(outgoing)
  outgoing.end(body)
  const [response] = await once(outgoing, 'response')
  const answer = { status: response.statusCode, headers: response.headers, body: await buffer(response) }
  // A refusal may arrive while the body is still being sent.
  await closed
  return answer
}

export async function closing(emitter: EventEmitter): Promise<void> {
  return new Promise((resolve) => {
    emitter.once('close', resolve)
  })
}

export async function ask(endpoint: string, what: Ask): Promise<Answer> {
  return send(endpoint, sign(endpoint, what))
}

export function errorCode(answer: Answer): string | undefined {
  return /<Code>(.*?)<\/Code>/.exec(answer.body.toString())?.[1]
}
