import { GENERATED, type GeneratorStore, type Image } from '../contract.js'
import { encodeKey } from '../grammar/encoding.js'
import { bytesOf } from '../image/check.js'
import type { BucketLocation } from './location.js'
import {
  endpointOf,
  keepAlive,
  send,
  type Connection,
  type Credentials,
  type StoreResponse,
} from './request.js'

/** The bucket behind the distribution, as one invocation sees it. */
export interface Store extends GeneratorStore {
  /**
   * Whether the object is there.
   * @param onSent called once the question is on its way.
   * @throws when S3 says anything but yes or no: 403 is not absent.
   */
  has(key: string, onSent?: () => void): Promise<boolean>
  /** Stores an image unless there is one: of two that are made at once, the first stays. @throws likewise. */
  putFirst(key: string, image: Image, cacheControl: string): Promise<void>
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
export function storeOpener(env: Environment): (location: BucketLocation, signal: AbortSignal) => Store {
  const connections = new Map<string, Omit<Connection, 'credentials'>>()
  return (location, signal) => {
    const name = `${location.region}/${location.bucket}`
    let connection = connections.get(name)
    if (!connection) {
      const endpoint = endpointOf(location, env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL)
      connection = { endpoint, region: location.region, agent: keepAlive(endpoint.protocol) }
      connections.set(name, connection)
    }
    return openStore({ ...connection, credentials: readCredentials(env) }, location.prefix, signal)
  }
}

function openStore(connection: Connection, prefix: string, signal: AbortSignal): Store {
  const encode = (key: string) => encodeKey(prefix + key)
  const put = async (key: string, image: Image, headers: Record<string, string>) => {
    if (!key.startsWith(GENERATED))
      throw new Error(`${key} does not start with ${GENERATED}: it may not be written.`)
    const body = bytesOf(image)
    return send(
      connection,
      { method: 'PUT', key: encode(key), body, headers: { ...headers, 'Content-Type': image.contentType } },
      signal,
    )
  }
  return {
    async has(key, onSent) {
      const question = { method: 'HEAD', key: encode(key), ...(onSent ? { onSent } : {}) } as const
      const response = await send(connection, question, signal)
      if (response.status === 200) return true
      if (response.status === 404) return false
      throw refused('HEAD', key, response)
    },
    async get(key) {
      const response = await send(connection, { method: 'GET', key: encode(key) }, signal)
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
      // 409: something else happens to the key at the moment, and S3 asks for another try.
      if (response.status === 409) response = await put(key, image, headers)
      // 412: it is there by now.
      if (response.status !== 200 && response.status !== 412) throw refused('PUT', key, response)
    },
  }
}

function readCredentials(env: Environment): Credentials {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: token,
  } = env
  if (!accessKeyId || !secretAccessKey) throw new Error('The environment has no AWS credentials.')
  return { accessKeyId, secretAccessKey, ...(token ? { sessionToken: token } : {}) }
}

function refused(method: string, key: string, { status, body }: StoreResponse): Error {
  const code = /<Code>([A-Za-z0-9]+)<\/Code>/.exec(body.toString('utf8'))?.[1]
  return new Error(`S3 answered ${method} ${key} with ${status}${code ? ` ${code}` : ''}.`)
}
