import { spawn } from 'node:child_process'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { runningBelow } from './processes.js'

/** The bench bundles this file into another folder, and sets `GENATO_ROOT`. */
const ROOT = process.env['GENATO_ROOT'] ?? fileURLToPath(new URL('../../..', import.meta.url))
const KEPT = 4_000_000

export interface Server {
  port: number
  pid: number
  /** The end of its output. */
  said(): string
  /** The processes that run the package now. */
  functions(): number[]
  /** Sends the signal, and waits for the exit. @returns the exit code. */
  end(signal?: NodeJS.Signals): Promise<number | null>
}

/**
 * Starts the built `genato dev` in a folder, on a free port, and waits until it serves.
 * @throws an error with its output, if it doesn't serve.
 */
export async function startServer(
  cwd: string,
  { args = [], env = {} }: { args?: readonly string[]; env?: Record<string, string> } = {},
): Promise<Server> {
  const child = spawn(
    process.execPath,
    [path.join(ROOT, 'bin', 'genato.js'), 'dev', '--port', '0', ...args],
    {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  let output = ''
  const collect = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-KEPT)
  }
  child.stdout.on('data', collect)
  child.stderr.on('data', collect)
  const closed = new Promise<number | null>((resolve) => {
    child.on('close', resolve)
  })
  for (const late = Date.now() + 30_000; !output.includes('Ctrl-C stops'); await sleep(10))
    if (child.exitCode !== null || Date.now() > late) {
      child.kill('SIGKILL')
      throw new Error(`genato dev did not start:\n${output}`)
    }
  const pid = child.pid ?? 0
  return {
    port: Number(/http:\/\/\S+:(\d+)/.exec(output)?.[1]),
    pid,
    said: () => output,
    functions: () => runningBelow(pid, 'function-child.js'),
    async end(signal = 'SIGINT') {
      child.kill(signal)
      return closed
    },
  }
}
