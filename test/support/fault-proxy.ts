import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { errorAnswer, recognize, type AwsRequest } from './aws-call.js'

/** A request that came; times are of `performance.now()`. */
interface Call extends AwsRequest {
  startedAt: number
  /** Not there as long as it has no answer. */
  endedAt?: number
  /** Not there where the connection ended without an answer. */
  status?: number
}

export type Fault =
  /** Answered without asking. */
  | { kind: 'respond'; status: number; body: string; headers?: Record<string, string> }
  /** Answered without asking, in the service's own format. */
  | { kind: 'error'; code: string; message: string; status: number }
  /** The connection ends before it is carried out. */
  | { kind: 'reset' }
  /** The connection ends when it has been carried out. */
  | { kind: 'reset-after' }
  /** Never answered, and not carried out. */
  | { kind: 'hang' }
  /** Something else happens first; then it goes on. */
  | { kind: 'run'; run: (call: Call) => void | Promise<void> }
  /** Ends a process before it is carried out or after that, and then the connection. */
  | { kind: 'kill'; moment: 'before' | 'after'; run: (call: Call) => void | Promise<void> }

interface FaultRule {
  service?: string
  operation?: string
  when?: (call: Call) => boolean
  /** How often; once if not said. */
  times?: number
  /** How many that would match are let through before. */
  skip?: number
  play: Fault
}

export interface FaultProxy {
  endpoint: string
  calls: Call[]
  /** Milliseconds that each answer takes longer. */
  latency: number
  /** The first rule that matches and is not used up is taken. @returns how often it was. */
  fault(rule: FaultRule): () => number
  /** Forgets the calls, the rules and the latency. */
  clear(): void
  writes(): Call[]
  /** How many calls came one after another: the longest chain in which each began after the one before ended. */
  rounds(): number
  close(): Promise<void>
}

interface Rule extends FaultRule {
  seen: number
  used: number
}

/** Stands before an AWS endpoint: sees every request by its name, and plays what AWS does only now and then. */
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
      // Before the last of it is written: the next call may begin before this is told that it was.
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

/** The one that ends first leaves most room for those after it. */
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
