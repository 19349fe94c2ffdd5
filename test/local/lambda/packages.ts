import { readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { reservedEnvironment } from '../../../src/local/lambda/environment.js'
import { createRunner, type FunctionRunner, type RunnerOptions } from '../../../src/local/lambda/runner.js'
import { tempFolder } from '../../support/project.js'

/** Nobody listens there. */
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
 * A runner, stopped when the test has ended, for a small package.
 * @param handle the body of its handler: `event` and `context` are there, and `sleep(ms)`.
 * @param load runs while it is loaded.
 * @param bare exports the handler and nothing else.
 */
export function runnerOf(
  handle: string,
  options: Partial<RunnerOptions> & { load?: string; bare?: boolean } = {},
): TestRunner {
  const { load = '', bare = false, ...changed } = options
  const folder = tempFolder()
  const temp = path.join(tempFolder(), 'tmp')
  writeFileSync(path.join(folder, 'index.js'), packageSource(handle, load, bare))
  const lines: string[] = []
  const how = {
    name: 'genato-func',
    atEdge: true,
    region: 'us-east-1',
    memory: 512,
    runtime: 'nodejs22.x',
    version: 7,
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

function packageSource(handle: string, load: string, bare: boolean): string {
  return `const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
let calls = 0
${load}
${bare ? '' : OTHER_EXPORTS}
exports.handler = async (event, context) => {
  calls += 1
  ${handle}
}
`
}

const OTHER_EXPORTS = `exports.generation = 'g'
exports.cached = 'c'
exports.examples = ['/a']
exports.explain = (path) => ({ kind: 'file', key: path })
exports.render = async () => undefined`

/** What most handlers here tell: where they ran, when, and as which call of their process. */
export interface Told {
  pid: number
  call: number
  from: number
  to: number
}

/** Waits as long as the event says, and tells. */
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

/** The most of these that ran at the same moment. */
export function mostAtOnce(told: Told[]): number {
  return Math.max(
    ...told.map(({ from }) => told.filter((other) => other.from <= from && from < other.to).length),
  )
}
