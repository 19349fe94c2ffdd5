import { GENERATED, type GeneratorStore, type Image } from '../contract.js'
import { encodeKey } from '../grammar/encoding.js'
import { bytesOf } from '../image/check.js'
import type { BucketLocation } from './bucket-location.js'
import {
  endpointOf,
  keepAlive,
  PATIENCE,
  send,
  type Connection,
  type Credentials,
  type StoreResponse,
  type Until,
} from './request.js'

type Headers = StoreResponse['headers']

/** A stored object, or the fact that it is longer than the caller wanted. */
export type Stored = { headers: Headers; body: Buffer } | 'too-long'

/** Access to the bucket behind the distribution during one invocation. */
export interface Store extends GeneratorStore {
  /**
   * Whether the object exists.
   * @param onSent called once the request is sent.
   * @throws if S3 answers neither yes nor no. A 403 does not mean absent.
   */
  has(key: string, onSent?: () => void): Promise<boolean>
  /**
   * Gets the object, or `undefined` if there is none. An object longer than `mostBytes` is not downloaded.
   * @param onSent called once the request is sent.
   * @throws if S3 gives any other answer.
   */
  fetch(key: string, mostBytes: number, onSent?: () => void): Promise<Stored | undefined>
  /**
   * Stores an image unless the key is taken. If two processes generate one image at once, the first one stays.
   * @returns the headers of S3's answer, or 'exists'.
   * @throws if S3 gives any other answer.
   */
  putFirst(key: string, image: Image, cacheControl: string): Promise<Headers | 'exists'>
}

/** How to open a store: its location, the deadline, and the expected owner. */
export interface Opening {
  location: BucketLocation
  until: Until
  /** 12 digits. S3 refuses access to a bucket of any other account. */
  account?: string | undefined
}

export interface Environment {
  AWS_ACCESS_KEY_ID?: string
  AWS_SECRET_ACCESS_KEY?: string
  AWS_SESSION_TOKEN?: string
  AWS_ENDPOINT_URL_S3?: string
  AWS_ENDPOINT_URL?: string
}

/**
 * Opens stores that share their connections.
 * @param env Lambda's reserved variables, read at each opening.
 */
export function storeOpener(env: Environment, patience = PATIENCE): (opening: Opening) => Store {
  const connections = new Map<string, Omit<Connection, 'credentials'>>()
  return ({ location, until, account }) => {
    const name = `${location.region}/${location.bucket}`
    let connection = connections.get(name)
    if (!connection) {
      const endpoint = endpointOf(location, env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL)
      connection = { endpoint, region: location.region, agent: keepAlive(endpoint.protocol), patience }
      connections.set(name, connection)
    }
    return openStore({ ...connection, credentials: readCredentials(env) }, location.prefix, until, account)
  }
}

/**
 * Overrides the bucket's default encryption with S3's own key (SSE-S3), because CloudFront would need permission to use
 * a KMS key.
 */
export const ENCRYPTION = { 'x-amz-server-side-encryption': 'AES256' }

function openStore(connection: Connection, prefix: string, until: Until, account: string | undefined): Store {
  const encode = (key: string) => encodeKey(prefix + key)
  // The name of a deleted bucket is free again, so the bucket may belong to another account by now.
  const owner: Record<string, string> = account ? { 'x-amz-expected-bucket-owner': account } : {}
  const put = async (key: string, image: Image, headers: Record<string, string>) => {
    if (!key.startsWith(GENERATED))
      throw new Error(`${key} does not start with ${GENERATED}: the generator may not write it.`)
    const body = bytesOf(image)
    const all = { ...headers, ...owner, ...ENCRYPTION, 'Content-Type': image.contentType }
    return send(connection, { method: 'PUT', key: encode(key), body, headers: all }, until)
  }
  return {
    async has(key, onSent) {
      const question = {
        method: 'HEAD',
        key: encode(key),
        headers: owner,
        ...(onSent ? { onSent } : {}),
      } as const
      const response = await send(connection, question, until)
      if (response.status === 200) return true
      if (response.status === 404) return false
      throw refused('HEAD', key, response)
    },
    async fetch(key, mostBytes, onSent) {
      const question = {
        method: 'GET',
        key: encode(key),
        headers: owner,
        mostBytes,
        ...(onSent ? { onSent } : {}),
      } as const
      const response = await send(connection, question, until)
      if (response.status === 404) return undefined
      if (response.status !== 200) throw refused('GET', key, response)
      // Without a Content-Length, the length is only known at the end.
      if (response.tooLong || response.body.length > mostBytes) return 'too-long'
      return { headers: response.headers, body: response.body }
    },
    async get(key) {
      const response = await send(connection, { method: 'GET', key: encode(key), headers: owner }, until)
      if (response.status === 404) return undefined
      if (response.status !== 200) throw refused('GET', key, response)
      return {
        body: response.body,
        contentType: response.headers['content-type'] ?? 'application/octet-stream',
      }
    },
    async put(key, image) {
      const response = await put(key, image, {})
      if (response.status !== 200) throw refused('PUT', key, response)
    },
    async putFirst(key, image, cacheControl) {
      const headers = { 'Cache-Control': cacheControl, 'If-None-Match': '*' }
      let response = await put(key, image, headers)
      // 409: another operation on the key is running, and S3 asks to try again.
      if (response.status === 409) response = await put(key, image, headers)
      // 412: the object exists by now.
      if (response.status === 412) return 'exists'
      if (response.status !== 200) throw refused('PUT', key, response)
      return response.headers
    },
  }
}

export function readCredentials(env: Environment): Credentials {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: token,
  } = env
  if (!accessKeyId || !secretAccessKey) throw new Error('The environment has no AWS credentials.')
  return { accessKeyId, secretAccessKey, ...(token ? { sessionToken: token } : {}) }
}

export function refused(method: string, key: string, { status, body }: StoreResponse): Error {
  const text = body.toString('utf8')
  const code = /<Code>([A-Za-z0-9]+)<\/Code>/.exec(text)?.[1]
  const message = /<Message>([^<]{1,500})/.exec(text)?.[1]
  const asked =
    method === 'PUT' && status === 403
      ? " The function's role or the bucket's policy does not allow it: the policy must accept x-amz-server-side-encryption: AES256."
      : ''
  return new Error(
    `S3 answered ${method} ${key} with ${status}${code ? ` ${code}` : ''}${message ? ` (${message})` : ''}.${asked}`,
  )
}
