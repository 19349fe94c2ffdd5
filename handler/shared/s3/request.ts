import http from 'node:http'
import https from 'node:https'
import aws4 from 'aws4'
import type { BucketLocation } from './bucket-location.js'

export interface Credentials {
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string
}

/** Where S3 answers, and how the bucket is addressed there. */
export interface Endpoint {
  protocol: 'http:' | 'https:'
  hostname: string
  port: number | undefined
  /** Before the key: `/` or `/<bucket>/`. */
  base: string
}

export interface StoreRequest {
  method: 'HEAD' | 'GET' | 'PUT'
  /** Percent-encoded. */
  key: string
  headers?: Record<string, string>
  body?: Buffer
  /**
   * Called when an attempt is on its way: the connection stands, and the bytes are with the operating
   * system. What blocks the process from here on delays nothing.
   */
  onSent?: () => void
  /** Bytes: a longer body is left in S3, and the response says so. */
  mostBytes?: number
}

export interface StoreResponse {
  status: number
  headers: http.IncomingHttpHeaders
  /** Empty if it is longer than was wanted. */
  body: Buffer
  tooLong?: true
}

/**
 * How long S3 may be silent, in ms. Lambda freezes a process between two events. The peer of a socket that
 * was open meanwhile may be gone without a word, so a socket that has idled gets a short wait. A fresh one
 * gets an equal share of the time that is left, or a slow S3 would fail a request that has time to wait.
 */
export interface Patience {
  /** A reused socket that has been idle this long may be dead. */
  idle: number
  /** How long such a socket may be silent. */
  reused: number
}

export const PATIENCE: Patience = { idle: 1_000, reused: 1_000 }
const ATTEMPTS = 2
const PAUSE = 50

/**
 * `AWS_ENDPOINT_URL_S3` or `AWS_ENDPOINT_URL`, addressed by path; else the bucket's own host, or the
 * region's if the bucket's name has dots, which no wildcard certificate covers.
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

/** How long there is for a request. */
export interface Until {
  /** Milliseconds since the epoch. */
  at: number
  signal: AbortSignal
}

/** When the sockets at hand had their last answer, in ms since the epoch. */
const lastUsed = new WeakMap<object, number>()

/** Connections outlive an invocation: opening one takes three round trips. */
export function keepAlive(protocol: Endpoint['protocol']): http.Agent {
  return protocol === 'https:' ? new https.Agent({ keepAlive: true }) : new http.Agent({ keepAlive: true })
}

/**
 * One request to S3, signed. A broken connection (a frozen process's sockets are dead when it wakes) or
 * a passing 5xx is tried once more.
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
      // Whatever else is in the pool may be as dead as what the first attempt got.
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
          // To read the rest only to keep the connection would cost more than another one does.
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
