import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { describe, inject } from 'vitest'
import { ACTIONS } from '../../../src/aws/actions.js'

/** Each operation's action, by `service:operation`. */
const OWN_ACTIONS = Object.fromEntries(Object.entries(ACTIONS).map(([operation, [own]]) => [operation, own]))
const MANAGED_POLICIES = { MOTO_IAM_LOAD_MANAGED_POLICIES: 'true' }

interface MotoSettings {
  /** How many GetDistribution calls see a distribution InProgress after a change. Default: 1. */
  distribution_reads?: number
  /** How many GetInvalidation calls see an invalidation InProgress. Default: 1. */
  invalidation_reads?: number
  /** How many deletions of a function are refused for its replicas after its last association. Default: 0. */
  replica_refusals?: number
  /** How many calls of each kind, Lambda's fetches too, return NoSuchBucket after CreateBucket. Default: 0. */
  new_bucket_misses?: number
  /** How many reads still see a deleted bucket. Default: 0. */
  deleted_bucket_reads?: number
  /** How many reads still see a deleted role. Default: 0. */
  deleted_role_reads?: number
  /** How many keys DeleteObjects refuses in a response with status 200. Default: 0. */
  refused_deletions?: number
  /** The code of these refusals. Default: InternalError. */
  refused_deletions_code?: string
  /** The concurrency that Lambda's GetAccountSettings reports. Default: 1000. */
  concurrent_executions?: number
  /** The runtimes that Lambda@Edge accepts. Default: all of Lambda's. */
  edge_runtimes?: string[]
  /** How many reads see a function Pending after its creation, and InProgress after an update. Default: 1. */
  function_reads?: number
  /** The names of functions that Lambda fails to create or update. */
  failed?: Record<string, 'creation' | 'update'>
}

export interface Moto {
  endpoint: string
  /** Empties every account, resets the settings and stops enforcing IAM policies. */
  reset(): Promise<void>
  settings(values: MotoSettings): Promise<void>
  /** From then on, calls need a user's access key, a valid signature and a policy that allows them. */
  enforceIam(on: boolean): Promise<void>
}

/** A separate server, for one test file or program. */
export interface OwnMoto extends Moto {
  /** The server's stderr: tracebacks of requests that it can't handle. */
  said(): string
  close(): Promise<void>
}

/** `describe` if moto could be installed. Otherwise the tests are skipped, with the reason in their name. */
export function describeAws(name: string, body: () => void): void {
  const moto = inject('moto')
  if ('missing' in moto) describe.skip(`${name} (not run without moto: ${moto.missing})`, body)
  else describe(name, body)
}

/** Starts a separate server, which ends when this process does, at the latest. */
export async function startMoto(moto = inject('moto')): Promise<OwnMoto> {
  if ('missing' in moto) throw new Error(`There is no moto: ${moto.missing}`)
  const cwd = mkdtempSync(path.join(os.tmpdir(), 'genato-moto-'))
  const child = spawn(moto.python, [path.join(import.meta.dirname, 'server.py')], {
    cwd,
    // The server ends when its stdin does.
    stdio: ['pipe', 'pipe', 'pipe'],
    // The AWS settings and profiles of whoever runs the tests are left out.
    env: {
      PATH: process.env['PATH'],
      HOME: cwd,
      PYTHONDONTWRITEBYTECODE: '1',
      GENATO_ACTIONS: JSON.stringify(OWN_ACTIONS),
      ...MANAGED_POLICIES,
    },
  })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-100_000)))
  const closed = new Promise<void>((resolve) => {
    child.once('close', () => {
      rmSync(cwd, { recursive: true, force: true })
      resolve()
    })
  })
  const port = await startedPort(child, () => said)
  return {
    ...controlOf(`http://127.0.0.1:${port}`),
    said: () => said,
    close: async () => {
      child.kill('SIGKILL')
      await closed
    },
  }
}

/**
 * The server that all test files of one worker share, one after another: starting one takes a second of CPU time.
 * It is empty, as if new. The pool starts it at the first request, and stops it when the run ends.
 */
export async function borrowMoto(): Promise<Moto> {
  const moto = inject('moto')
  if ('missing' in moto) throw new Error(`There is no moto: ${moto.missing}`)
  const answer = await fetch(`${inject('motoPool')}/${process.env['VITEST_POOL_ID'] ?? ''}`)
  const text = await answer.text()
  if (!answer.ok) throw new Error(text)
  const control = controlOf(text)
  await control.reset()
  return control
}

function controlOf(endpoint: string): Moto {
  const post = async (place: string, body: string) => {
    const response = await fetch(`${endpoint}/moto-api/${place}`, { method: 'POST', body })
    if (!response.ok)
      throw new Error(`moto answered ${response.status} to ${place}: ${await response.text()}`)
  }
  return {
    endpoint,
    reset: async () => post('reset', ''),
    settings: async (values) => post('genato/settings', JSON.stringify(values)),
    enforceIam: async (on) => post('reset-auth', on ? '0' : 'inf'),
  }
}

async function startedPort(child: ChildProcess, said: () => string): Promise<number> {
  return new Promise((resolve, reject) => {
    let output = ''
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      const port = /^(\d+)\n/.exec(output)?.[1]
      if (port !== undefined) resolve(Number(port))
    })
    child.once('error', reject)
    child.once('close', (code) => reject(new Error(`moto ended with ${code} and said:\n${output}${said()}`)))
  })
}
