import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { build } from 'esbuild'
import { afterAll, beforeAll } from 'vitest'
import { loadSettings } from '../../src/config/load.js'
import type { Aws } from './aws.js'
import { ROOT } from './project.js'
import { awsEnvironment } from './stack.js'
import type { Doing } from './stack-process.js'

export type Moment = 'before' | 'after'
export const MOMENTS: Moment[] = ['before', 'after']

/** How to start a program that calls AWS. */
export interface Program {
  args: string[]
  cwd: string
  env: NodeJS.ProcessEnv
}

/** A write that every run of this kind makes. It has no position, because simultaneous writes come in any order. */
export interface Write {
  /** Such as `PutBucketTagging of genato-images-123456789012`. */
  name: string
  /** The number of writes with this name before it. */
  nth: number
}

export type Call = Aws['proxy']['calls'][number]

/** CloudFront's ids differ in each run. */
function nameOf({ service, operation, resource = '' }: Call): string {
  const of = service === 'cloudfront' ? '' : resource.replace(/(LambdaEdge\/).*/, '$1…')
  return of === '' ? `${service} ${operation}` : `${service} ${operation} of ${of}`
}

export function namesOf(calls: Call[]): string[] {
  return calls.map(nameOf)
}

/** Processes that run test/support/stack-process.ts. Call it in `describeAws`. */
export function useStackProcess(): (doing: Pick<Doing, 'deploy'>, endpoint: string) => Promise<Program> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'genato-crash-'))
  const file = path.join(folder, 'stack-process.mjs')
  beforeAll(async () => {
    await build({
      absWorkingDir: ROOT,
      entryPoints: ['test/support/stack-process.ts'],
      outfile: file,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      // Bundled CommonJS modules load Node's modules with `require`.
      banner: {
        js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url)",
      },
      logLevel: 'warning',
    })
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return async ({ deploy }, endpoint) => {
    const doing: Doing = { settings: await loadSettings(folder), ...(deploy ? { deploy } : {}) }
    return { args: [file, JSON.stringify(doing)], cwd: folder, env: awsEnvironment(endpoint) }
  }
}

interface Running {
  kill(): Promise<void>
  /** Its output, unless it was killed. */
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null; said: string }>
}

function start({ args, cwd, env }: Program): Running {
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const ended: Running['ended'] = new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal, said }))
  })
  const kill = async () => {
    child.kill('SIGKILL')
    await ended
  }
  return { kill, ended }
}

/** Runs a program until it exits. @returns its writes, in order of arrival. */
export async function writesOf({ proxy }: Aws, program: Program): Promise<Write[]> {
  proxy.clear()
  const { code, said } = await start(program).ended
  if (code !== 0) throw new Error(`undisturbed, it ended with ${code} and said:\n${said}`)
  const names = namesOf(proxy.writes())
  return names.map((name, at) => ({ name, nth: names.slice(0, at).filter((one) => one === name).length }))
}

/**
 * Runs a program, and kills it at this write.
 * @returns its calls that reached AWS.
 */
export async function killAt(
  { proxy }: Aws,
  program: Program,
  { name, nth }: Write,
  moment: Moment,
): Promise<Call[]> {
  proxy.clear()
  const running = start(program)
  let fatal: Call | undefined
  proxy.fault({
    when: (call) => call.write && nameOf(call) === name,
    skip: nth,
    play: {
      kind: 'kill',
      moment,
      run: async (call) => {
        fatal = call
        await running.kill()
      },
    },
  })
  const { code, signal, said } = await running.ended
  if (!fatal || signal !== 'SIGKILL')
    throw new Error(`it was not killed, but ended with ${code ?? signal} and said:\n${said}`)
  await quiet(proxy.calls)
  const had = proxy.calls.filter((call) => call !== fatal || moment === 'after')
  proxy.clear()
  return had
}

/** Waits for the responses to calls that were under way at the kill, although nobody receives them. */
async function quiet(calls: Call[]): Promise<void> {
  const end = Date.now() + 10_000
  for (;;) {
    const open = calls.filter(({ endedAt }) => endedAt === undefined)
    if (open.length === 0) return
    if (Date.now() > end) throw new Error(`no response to ${namesOf(open).join(', ')}`)
    await new Promise((resolve) => {
      setTimeout(resolve, 2)
    })
  }
}
