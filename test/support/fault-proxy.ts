import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { errorAnswer, recognize, type AwsRequest } from './aws-call.js'

/** A request. Times are from `performance.now()`. */
interface Call extends AwsRequest {
  startedAt: number
  /** Missing until there is a response. */
  endedAt?: number
  /** Missing if the connection ended without a response. */
  status?: number
}

export type Fault =
  /** Responds without asking AWS. */
  | { kind: 'respond'; status: number; body: string; headers?: Record<string, string> }
  /** Responds without asking AWS, in the service's format. */
  | { kind: 'error'; code: string; message: string; status: number }
  /** Ends the connection before the call is carried out. */
  | { kind: 'reset' }
  /** Ends the connection after the call was carried out. */
  | { kind: 'reset-after' }
  /** Never responds, and doesn't carry the call out. */
  | { kind: 'hang' }
  /** Runs a function first, then carries the call out. */
  | { kind: 'run'; run: (call: Call) => void | Promise<void> }
  /** Kills a process before or after the call is carried out, then ends the connection. */
  | { kind: 'kill'; moment: 'before' | 'after'; run: (call: Call) => void | Promise<void> }

interface FaultRule {
  service?: string
  operation?: string
  when?: (call: Call) => boolean
  /** How often. Once by default. */
  times?: number
  /** How many matching calls pass before it. */
  skip?: number
  play: Fault
}

export interface FaultProxy {
  endpoint: string
  calls: Call[]
  /** Delays each response by these milliseconds. */
  latency: number
  /** The first matching rule that isn't used up applies. @returns how often this one applied. */
  fault(rule: FaultRule): () => number
  /** Forgets the calls, the rules and the latency. */
  clear(): void
  writes(): Call[]
  /** The number of rounds: the longest chain of calls in which each began after the one before had ended. */
  rounds(): number
  close(): Promise<void>
}

interface Rule extends FaultRule {
  seen: number
  used: number
}

/** A proxy in front of an AWS endpoint. Records every operation by name, and plays rare faults of AWS. */
export async function startFaultProxy(target: string): Promise<FaultProxy> {
  const upstream = new URL(target)
  const agent = new http.Agent({ keepAlive: true })
  const calls: Call[] = []
  let rules: Rule[] = []

  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('error', () => undefined)
    request.on('end', () => {
      answer(request, response, Buffer.concat(chunks)).catch((error: unknown) => {
        response.destroy(error as Error)
      })
    })
  })

  async function answer(request: http.IncomingMessage, response: http.ServerResponse, body: Buffer) {
    const { method = 'GET', url = '/', headers } = request
    const recognized = recognize({ method, url, headers, body })
    if (recognized === undefined) return forward(request, response, body)
    const call: Call = { ...recognized, startedAt: performance.now() }
    calls.push(call)
    const fault = take(call)
    switch (fault?.kind) {
      case undefined:
        return forward(request, response, body, call)
      case 'run':
        await fault.run(call)
        return forward(request, response, body, call)
      case 'respond':
        return end(response, call, fault)
      case 'error':
        return end(response, call, errorAnswer(call.service, fault.code, fault.message, fault.status))
      case 'hang':
        return undefined
      case 'reset':
        return destroy(response, call)
      case 'reset-after':
        await carryOut(request, body)
        return destroy(response, call)
      case 'kill':
        if (fault.moment === 'after') await carryOut(request, body)
        await fault.run(call)
        return destroy(response, call)
    }
  }

  function take(call: Call): Fault | undefined {
    for (const rule of rules) {
      if (rule.used >= (rule.times ?? 1)) continue
      if (rule.service !== undefined && rule.service !== call.service) continue
      if (rule.operation !== undefined && rule.operation !== call.operation) continue
      if (rule.when !== undefined && !rule.when(call)) continue
      rule.seen += 1
      if (rule.seen <= (rule.skip ?? 0)) continue
      rule.used += 1
      return rule.play
    }
    return undefined
  }

  async function ask(request: http.IncomingMessage, body: Buffer): Promise<http.IncomingMessage> {
    const { expect: _, 'transfer-encoding': __, ...headers } = request.headers
    return new Promise((resolve, reject) => {
      const asked = http.request({
        agent,
        host: upstream.hostname,
        port: upstream.port,
        method: request.method,
        path: request.url,
        headers: { ...headers, ...(body.length > 0 ? { 'content-length': body.length } : {}) },
      })
      asked.once('response', resolve)
      asked.once('error', reject)
      asked.end(body)
    })
  }

  async function carryOut(request: http.IncomingMessage, body: Buffer): Promise<void> {
    const answered = await ask(request, body)
    answered.resume()
    await new Promise((resolve) => {
      answered.once('close', resolve)
    })
  }

  async function forward(
    request: http.IncomingMessage,
    response: http.ServerResponse,
    body: Buffer,
    call?: Call,
  ): Promise<void> {
    const answered = await ask(request, body)
    await later(call)
    const { connection: _, 'keep-alive': __, ...headers } = answered.headers
    response.writeHead(answered.statusCode ?? 502, headers)
    ended(call, answered.statusCode)
    answered.on('data', (chunk: Buffer) => {
      // Set before the last write: the next call may begin before the callback of this one.
      ended(call, answered.statusCode)
      response.write(chunk)
    })
    answered.once('error', () => response.destroy())
    answered.once('end', () => response.end())
  }

  async function end(
    response: http.ServerResponse,
    call: Call,
    answer: { status: number; body: string; headers?: Record<string, string> },
  ): Promise<void> {
    await later(call)
    ended(call, answer.status)
    response.writeHead(answer.status, answer.headers)
    response.end(answer.body)
  }

  async function later(call: Call | undefined): Promise<void> {
    if (call === undefined || proxy.latency <= 0) return
    await new Promise((resolve) => {
      setTimeout(resolve, proxy.latency)
    })
  }

  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const proxy: FaultProxy = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    latency: 0,
    fault: (rule) => {
      const own = { ...rule, seen: 0, used: 0 }
      rules.push(own)
      return () => own.used
    },
    clear: () => {
      calls.length = 0
      rules = []
      proxy.latency = 0
    },
    writes: () => calls.filter((call) => call.write),
    rounds: () => longestChain(calls),
    close: async () => {
      const closed = new Promise((resolve) => {
        server.close(resolve)
      })
      server.closeAllConnections()
      agent.destroy()
      await closed
    },
  }
  return proxy
}

function ended(call: Call | undefined, status: number | undefined): void {
  if (call === undefined) return
  call.endedAt = performance.now()
  if (status !== undefined) call.status = status
}

function destroy(response: http.ServerResponse, call: Call): void {
  ended(call, undefined)
  response.socket?.resetAndDestroy()
}

/** The call that ends first leaves most room for later ones. */
function longestChain(calls: Call[]): number {
  let chain = 0
  let free = -Infinity
  const spans = calls.map(({ startedAt, endedAt = Infinity }) => ({ startedAt, endedAt }))
  for (const span of spans.sort((a, b) => a.endedAt - b.endedAt)) {
    if (span.startedAt < free) continue
    chain += 1
    free = span.endedAt
  }
  return chain
}
