import { encodeKey } from '../grammar/encoding.js'
import { endpointOf, keepAlive, PATIENCE, send, type Connection, type StoreResponse } from './request.js'
import { ENCRYPTION, readCredentials, refused, type Environment, type Opening } from './store.js'

type Headers = StoreResponse['headers']

/** S3's conditions on the object that has the key now. ETags are written as S3 sends them, in quotes. */
type Condition = { readonly ifAbsent: true } | { readonly ifMatch: string }

interface NewObject {
  body: Buffer
  contentType: string
  cacheControl?: string
  /** ASCII, by name in lower case. */
  metadata?: Readonly<Record<string, string>>
}

/**
 * Conditional access to the objects of one bucket during one invocation. Every method throws if S3 gives an answer
 * that is not described here.
 */
export interface Bucket {
  /**
   * @param onSent called once the request is sent.
   * @returns the object's headers, or `undefined` if there is none.
   */
  head(key: string, onSent?: () => void): Promise<Headers | undefined>
  /**
   * @param mostBytes a longer object is not downloaded.
   * @param ifMatch the ETag that the object must have, otherwise it has 'changed'.
   * @param onSent called once the request is sent.
   */
  get(
    key: string,
    options?: { mostBytes?: number; ifMatch?: string; onSent?: () => void },
  ): Promise<{ headers: Headers; body: Buffer } | 'too-long' | 'changed' | undefined>
  /** @returns the headers of S3's answer, or 'refused' if the condition didn't hold. */
  put(key: string, object: NewObject, condition?: Condition): Promise<Headers | 'refused'>
  /** Deletes the object if it has this ETag. @returns whether it is gone now. */
  delete(key: string, ifMatch: string): Promise<boolean>
}

/**
 * Opens buckets that share their connections.
 * @param env Lambda's reserved variables, read at each opening.
 */
export function bucketOpener(env: Environment, patience = PATIENCE): (opening: Opening) => Bucket {
  const connections = new Map<string, Omit<Connection, 'credentials'>>()
  return (opening) => {
    const { location } = opening
    const name = `${location.region}/${location.bucket}`
    let connection = connections.get(name)
    if (!connection) {
      const endpoint = endpointOf(location, env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL)
      connection = { endpoint, region: location.region, agent: keepAlive(endpoint.protocol), patience }
      connections.set(name, connection)
    }
    return openBucket({ ...connection, credentials: readCredentials(env) }, opening)
  }
}

function openBucket(connection: Connection, { location, until, account }: Opening): Bucket {
  const nameOf = (key: string) => encodeKey(location.prefix + key)
  // The name of a deleted bucket is free again, so the bucket may belong to another account by now.
  const owner: Record<string, string> = account ? { 'x-amz-expected-bucket-owner': account } : {}
  return {
    async head(key, onSent) {
      const request = { method: 'HEAD', key: nameOf(key), headers: owner, ...(onSent && { onSent }) } as const
      const response = await send(connection, request, until)
      if (response.status === 404) return undefined
      if (response.status !== 200) throw refused('HEAD', key, response)
      return response.headers
    },

    async get(key, { mostBytes = Infinity, ifMatch, onSent } = {}) {
      const headers = { ...owner, ...(ifMatch === undefined ? {} : { 'If-Match': ifMatch }) }
      const options = { headers, mostBytes, ...(onSent && { onSent }) }
      const response = await send(connection, { method: 'GET', key: nameOf(key), ...options }, until)
      if (response.status === 404) return undefined
      if (response.status === 412) return 'changed'
      if (response.status !== 200) throw refused('GET', key, response)
      // Without a Content-Length, the length is only known at the end.
      if (response.tooLong || response.body.length > mostBytes) return 'too-long'
      return { headers: response.headers, body: response.body }
    },

    async put(key, { body, contentType, cacheControl, metadata = {} }, condition) {
      const headers: Record<string, string> = {
        ...owner,
        ...ENCRYPTION,
        'Content-Type': contentType,
        ...(cacheControl === undefined ? {} : { 'Cache-Control': cacheControl }),
        ...(condition === undefined
          ? {}
          : 'ifMatch' in condition
            ? { 'If-Match': condition.ifMatch }
            : { 'If-None-Match': '*' }),
      }
      for (const [name, value] of Object.entries(metadata)) headers[`x-amz-meta-${name}`] = value
      const request = { method: 'PUT', key: nameOf(key), body, headers } as const
      let response = await send(connection, request, until)
      // 409: another operation on the key is running, and S3 asks to try again.
      if (response.status === 409) response = await send(connection, request, until)
      if (response.status === 412) return 'refused'
      // With many at work on one key, again. Whoever wrote it, the caller has to look once more.
      if (response.status === 409 && condition) return 'refused'
      // Source: Amazon S3 user guide, "How to prevent object overwrites with conditional writes": If-Match on an
      // object that was deleted meanwhile.
      if (response.status === 404 && condition && 'ifMatch' in condition && isNoSuchKey(response))
        return 'refused'
      if (response.status !== 200) throw refused('PUT', key, response)
      return response.headers
    },

    async delete(key, ifMatch) {
      const headers = { ...owner, 'If-Match': ifMatch }
      const request = { method: 'DELETE', key: nameOf(key), headers } as const
      let response = await send(connection, request, until)
      if (response.status === 409) response = await send(connection, request, until)
      if (response.status === 412) return false
      if (response.status === 404 || response.status === 204 || response.status === 200) return true
      throw refused('DELETE', key, response)
    },
  }
}

function isNoSuchKey({ body }: StoreResponse): boolean {
  return body.toString('utf8').includes('<Code>NoSuchKey</Code>')
}
