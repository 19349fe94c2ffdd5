import http from 'node:http'
import https from 'node:https'
import aws4 from 'aws4'
import type { BucketLocation } from './bucket-location.js'

export interface Credentials {
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string
}

/** The address of S3, and of the bucket in it. */
export interface Endpoint {
  protocol: 'http:' | 'https:'
  hostname: string
  port: number | undefined
  /** The path before the key: `/` or `/<bucket>/`. */
  base: string
}

export interface StoreRequest {
  method: 'HEAD' | 'GET' | 'PUT' | 'DELETE'
  /** Percent-encoded. */
  key: string
  headers?: Record<string, string>
  body?: Buffer
  /**
   * Called once the operating system has the bytes of an attempt. From then on, blocking the process does not delay the
   * request.
   */
  onSent?: () => void
  /** Bytes. A longer body is not downloaded, and the response is marked as `tooLong`. */
  mostBytes?: number
}

export interface StoreResponse {
  status: number
  headers: http.IncomingHttpHeaders
  /** Empty if it is longer than `mostBytes`. */
  body: Buffer
  tooLong?: true
}

/**
 * How long S3 may be silent, in ms. Lambda freezes the process between two events, and meanwhile the peer of an open
 * socket may disappear without notice. So a socket that was idle gets only a short wait. A new socket gets an equal
 * share of the remaining time, so that a slow S3 fails no request that has time to wait.
 */
export interface Patience {
  /** A reused socket may be dead if it was idle for this long. */
  idle: number
  /** How long such a socket may be silent. */
  reused: number
}

export const PATIENCE: Patience = { idle: 1_000, reused: 1_000 }
const ATTEMPTS = 2
const PAUSE = 50

/**
 * Chooses the endpoint. A custom one is addressed by path. Otherwise it is the bucket's host, or the region's host if
 * the bucket's name contains dots, because S3's wildcard certificate does not cover those.
 * @param custom `AWS_ENDPOINT_URL_S3` or `AWS_ENDPOINT_URL`.
 */
export function endpointOf({ bucket, region }: BucketLocation, custom: string | undefined): Endpoint {
  if (custom) {
    const { protocol, hostname, port } = new URL(custom)
    if (protocol !== 'http:' && protocol !== 'https:') throw new Error(`${custom} is not an HTTP endpoint.`)
    return { protocol, hostname, port: port === '' ? undefined : Number(port), base: `/${bucket}/` }
  }
  const regional = `s3.${region}.amazonaws.com`
  return bucket.includes('.')
    ? { protocol: 'https:', hostname: regional, port: undefined, base: `/${bucket}/` }
    : { protocol: 'https:', hostname: `${bucket}.${regional}`, port: undefined, base: '/' }
}

export interface Connection {
  endpoint: Endpoint
  region: string
  credentials: Credentials
  agent: http.Agent
  patience: Patience
}

/** The deadline of a request. */
export interface Until {
  /** Milliseconds since the epoch. */
  at: number
  signal: AbortSignal
}

/** When each open socket received its last answer, in milliseconds since the epoch. */
const lastUsed = new WeakMap<object, number>()

/** Keeps connections open between invocations: opening one takes three round trips. */
export function keepAlive(protocol: Endpoint['protocol']): http.Agent {
  return protocol === 'https:' ? new https.Agent({ keepAlive: true }) : new http.Agent({ keepAlive: true })
}

/**
 * Sends a signed request to S3. It retries once after a broken connection, which is common when a frozen process wakes,
 * or after a 5xx that may pass.
 * @throws the last attempt's error, or the signal's reason.
 */
export async function send(
  connection: Connection,
  request: StoreRequest,
  until: Until,
): Promise<StoreResponse> {
  const { signal } = until
  for (let attempt = 1; ; attempt++) {
    const last = attempt >= ATTEMPTS
    try {
      // The other sockets of the pool may be dead as well, so the second attempt opens a new one.
      const response = await sendOnce(connection, request, {
        agent: attempt === 1 ? connection.agent : false,
        signal,
        silence: (until.at - Date.now()) / (ATTEMPTS - attempt + 1),
      })
      if (last || response.status < 500 || response.status === 501) return response
    } catch (error) {
      signal.throwIfAborted()
      if (last) throw error
    }
    await new Promise((resolve) => {
      setTimeout(resolve, PAUSE * Math.random())
    })
  }
}

function sendOnce(
  connection: Connection,
  request: StoreRequest,
  { agent, signal, silence }: { agent: http.Agent | false; signal: AbortSignal; silence: number },
): Promise<StoreResponse> {
  const { endpoint, region, credentials, patience } = connection
  const host = endpoint.port === undefined ? endpoint.hostname : `${endpoint.hostname}:${endpoint.port}`
  const { method, path, headers } = aws4.sign(
    {
      service: 's3',
      region,
      host,
      method: request.method,
      path: `${endpoint.base}${request.key}`,
      headers: { ...request.headers },
      ...(request.body ? { body: request.body } : {}),
    },
    credentials,
  )
  const transport = endpoint.protocol === 'https:' ? https : http
  return new Promise((resolve, reject) => {
    const outgoing = transport.request(
      {
        hostname: endpoint.hostname.replace(/^\[|\]$/g, ''),
        port: endpoint.port,
        method,
        path,
        headers: headers as http.OutgoingHttpHeaders,
        agent,
        signal,
        timeout: Math.max(1, Math.ceil(silence)),
      },
      (incoming) => {
        if (Number(incoming.headers['content-length'] ?? 0) > (request.mostBytes ?? Infinity)) {
          // Reading the rest just to keep the connection would cost more than a new connection.
          incoming.destroy()
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            body: Buffer.alloc(0),
            tooLong: true,
          })
          return
        }
        const { socket } = incoming
        const chunks: Buffer[] = []
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
        incoming.on('error', reject)
        incoming.on('end', () => {
          lastUsed.set(socket, Date.now())
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            body: Buffer.concat(chunks),
          })
        })
      },
    )
    let waited = silence
    outgoing.on('socket', (socket) => {
      const idled = Date.now() - (lastUsed.get(socket) ?? Date.now())
      if (!outgoing.reusedSocket || idled < patience.idle) return
      waited = Math.min(silence, patience.reused)
      outgoing.setTimeout(Math.max(1, Math.ceil(waited)))
    })
    outgoing.on('timeout', () =>
      outgoing.destroy(new Error(`S3 did not answer for ${(waited / 1000).toFixed(1)} s.`)),
    )
    outgoing.on('error', reject)
    if (request.onSent) outgoing.on('finish', request.onSent)
    outgoing.end(request.body)
  })
}
