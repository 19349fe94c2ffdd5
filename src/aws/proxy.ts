import http from 'node:http'
import https from 'node:https'
import type { Duplex } from 'node:stream'
import tls from 'node:tls'

type Environment = Record<string, string | undefined>

/**
 * The proxy that the environment names for an HTTPS host. The AWS SDK reads none of these variables.
 * `NO_PROXY` is a list of hosts, domains (with or without a leading dot) and `*`, as curl reads it.
 */
export function proxyFor(host: string, port: number, env: Environment = process.env): URL | undefined {
  const proxy = env['HTTPS_PROXY'] || env['https_proxy']
  if (!proxy) return undefined
  const exceptions = (env['NO_PROXY'] || env['no_proxy'] || '').split(/[\s,]+/).filter(Boolean)
  if (exceptions.some((one) => excepts(one.toLowerCase(), host.toLowerCase(), port))) return undefined
  return new URL(proxy.includes('://') ? proxy : `http://${proxy}`)
}

function excepts(exception: string, host: string, port: number): boolean {
  if (exception === '*') return true
  const [, name = '', onlyPort] = /^\*?\.?(.*?)(?::(\d+))?$/.exec(exception) ?? []
  if (onlyPort !== undefined && Number(onlyPort) !== port) return false
  return host === name || host.endsWith(`.${name}`)
}

interface Place extends tls.ConnectionOptions {
  host?: string
  port?: number
}

type Connected = (error: Error | null, socket?: Duplex) => void

/** An agent for the SDK's clients that connects through the environment's proxy, if there is one. */
export function createHttpsAgent(): https.Agent {
  const agent = new https.Agent({ keepAlive: true, maxSockets: 50 })
  const direct = agent.createConnection.bind(agent)
  agent.createConnection = (options: Place, connected: Connected) => {
    const { host = '', port = 443 } = options
    const proxy = proxyFor(host, port)
    if (!proxy) return direct(options, connected)
    tunnel(proxy, `${host}:${port}`, (error, socket) => {
      if (!socket) connected(error)
      else connected(null, tls.connect({ ...options, socket, servername: options.servername || host }))
    })
    // The socket is passed to the callback.
    return undefined
  }
  return agent
}

/** RFC 9110, 9.3.6: CONNECT. */
function tunnel(
  proxy: URL,
  target: string,
  connected: (error: Error | null, socket?: tls.TLSSocket) => void,
) {
  const { protocol, username, password, hostname, port } = proxy
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  const request = (protocol === 'https:' ? https : http).request({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port || (protocol === 'https:' ? 443 : 80),
    method: 'CONNECT',
    path: target,
    agent: false,
    timeout: 10_000,
    headers: {
      host: target,
      ...(username ? { 'proxy-authorization': `Basic ${Buffer.from(login).toString('base64')}` } : {}),
    },
  })
  const failed = (why: string, cause?: Error) =>
    connected(
      // The SDK retries errors with this code.
      Object.assign(new Error(`The proxy ${proxy.host} ${why}`, { cause }), { code: 'ECONNREFUSED' }),
    )
  request.once('connect', ({ statusCode, statusMessage }, socket) => {
    if (statusCode === 200) return connected(null, socket as tls.TLSSocket)
    socket.destroy()
    failed(`refused a connection to ${target}: ${statusCode} ${statusMessage}`)
  })
  request.once('response', (response) => {
    response.destroy()
    failed(`refused a connection to ${target}: ${response.statusCode}`)
  })
  request.once('timeout', () => request.destroy(new Error('no answer in 10 s')))
  request.once('error', (error) => failed(`could not be reached: ${error.message}`, error))
  request.end()
}
