import { readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { reservedEnvironment, type LambdaFunction } from '../../../src/local/lambda/environment.js'
import { createRunner, type FunctionRunner, type RunnerOptions } from '../../../src/local/lambda/runner.js'
import { tempFolder } from '../../support/project.js'

/** Nothing listens on this port. */
const STORE = {
  endpoint: 'http://127.0.0.1:9',
  credentials: { accessKeyId: 'AKID', secretAccessKey: 'SECRET', sessionToken: 'TOKEN' },
}

export interface TestRunner extends FunctionRunner {
  /** Lines that the function wrote. */
  lines: string[]
  /** The processes' temporary folders. */
  tempFolders(): string[]
  folder: string
  temp: string
}

/**
 * A runner for a small package, stopped when the test has ended.
 * @param handle the body of its handler, which can use `event`, `context` and `sleep(ms)`.
 * @param load code that runs while the package is loaded.
 * @param bare exports the handler and nothing else.
 * @param fn what is different from a function at the edge in version 7.
 * @param streaming makes it a streaming handler, which can also use `stream` and `respond(metadata)`.
 */
export function runnerOf(
  handle: string,
  options: Partial<RunnerOptions> & {
    load?: string
    bare?: boolean
    streaming?: boolean
    fn?: Partial<LambdaFunction>
  } = {},
): TestRunner {
  const { load = '', bare = false, streaming = false, fn = {}, ...changed } = options
  const folder = tempFolder()
  const temp = path.join(tempFolder(), 'tmp')
  writeFileSync(path.join(folder, 'index.js'), packageSource(handle, load, bare, streaming))
  const lines: string[] = []
  const how = {
    name: 'genato-func',
    atEdge: true,
    region: 'us-east-1',
    memory: 512,
    runtime: 'nodejs22.x',
    version: 7,
    ...fn,
  }
  const runner = createRunner({
    folder,
    temp,
    memory: how.memory,
    env: reservedEnvironment(how, { folder, ...STORE }),
    onLine: (line) => lines.push(line),
    timeoutMs: 5_000,
    ...changed,
  })
  onTestFinished(async () => runner.stop())
  const tempFolders = () => readdirSync(temp).map((name) => path.join(temp, name))
  return { ...runner, lines, tempFolders, folder, temp }
}

function packageSource(handle: string, load: string, bare: boolean, streaming: boolean): string {
  const [open, close] = streaming ? ['awslambda.streamifyResponse(', ')'] : ['', '']
  return `const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
let calls = 0
${load}
${bare ? '' : OTHER_EXPORTS}
exports.handler = ${open}async (event, ${streaming ? 'stream, ' : ''}context) => {
  calls += 1
  ${streaming ? 'const respond = (metadata) => awslambda.HttpResponseStream.from(stream, metadata)' : ''}
  ${handle}
}${close}
`
}

const OTHER_EXPORTS = `exports.generation = 'g'
exports.cached = 'c'
exports.examples = ['/a']
exports.explain = (path) => ({ kind: 'file', key: path })
exports.render = async () => undefined`

/** Most handlers here report in which process they ran, when, and as which of its calls. */
export interface Told {
  pid: number
  call: number
  from: number
  to: number
}

/** Waits as long as the event says, and reports. */
export const TELL = `const from = performance.timeOrigin + performance.now()
  await sleep(event.ms ?? 0)
  return { pid: process.pid, call: calls, from, to: performance.timeOrigin + performance.now() }`

export async function tell(runner: FunctionRunner, ms = 0): Promise<Told & { coldStartMs?: number }> {
  const { value, ...cold } = await runner.invoke({ ms })
  return { ...(value as Told), ...cold }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

export async function untilGone(pids: number[]): Promise<void> {
  await expect.poll(() => pids.filter(isAlive), { timeout: 3_000 }).toEqual([])
}

/** How many of these ran at the same moment, at most. */
export function mostAtOnce(told: Told[]): number {
  return Math.max(
    ...told.map(({ from }) => told.filter((other) => other.from <= from && from < other.to).length),
  )
}
