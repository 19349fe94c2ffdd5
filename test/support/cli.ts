import { spawn, type ChildProcess } from 'node:child_process'
import path from 'node:path'
import { afterAll, beforeAll, onTestFinished } from 'vitest'
import { ROOT } from './project.js'

const BIN = path.join(ROOT, 'bin', 'genato.js')

export interface Ran {
  code: number | null
  stdout: string
  stderr: string
}

/** Runs the built tool until it exits. */
export async function genato(args: string[], cwd: string, env: Record<string, string> = {}): Promise<Ran> {
  const child = start(args, cwd, env)
  const ran: Ran = { code: null, stdout: '', stderr: '' }
  child.stdout?.on('data', (chunk: Buffer) => (ran.stdout += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (ran.stderr += chunk.toString()))
  ran.code = await new Promise((resolve) => {
    child.on('close', resolve)
  })
  return ran
}

export interface RunningDev {
  url: string
  child: ChildProcess
  /** Its output so far. */
  said(): string
  /** @throws if the output lacks the text for 15 s. */
  untilSaid(text: string | RegExp): Promise<void>
  /** Sends the signal, and waits for the exit. */
  end(signal?: NodeJS.Signals): Promise<number | null>
}

/** Starts `genato dev` on a free port, waits until it serves, and ends it when the test ends. */
export async function startDevCli(
  cwd: string,
  args: string[] = [],
  env: Record<string, string> = {},
): Promise<RunningDev> {
  return launchDev(cwd, args, env, onTestFinished)
}

/**
 * One `genato dev` for all tests of a describe block that don't change it, because each process takes a second.
 */
export function useDevCli(cwd: string, args: string[] = []): RunningDev {
  const dev = {} as RunningDev
  const ends: (() => Promise<void>)[] = []
  beforeAll(async () => {
    Object.assign(dev, await launchDev(cwd, args, {}, (end) => void ends.push(end)))
  })
  afterAll(async () => {
    for (const end of ends) await end()
  })
  return dev
}

async function launchDev(
  cwd: string,
  args: string[],
  env: Record<string, string>,
  atEnd: (end: () => Promise<void>) => void,
): Promise<RunningDev> {
  const child = start(['dev', '--port', '0', ...args], cwd, env)
  let output = ''
  const collect = (chunk: Buffer) => (output += chunk.toString())
  child.stdout?.on('data', collect)
  child.stderr?.on('data', collect)
  const closed = new Promise<number | null>((resolve) => {
    child.on('close', resolve)
  })
  atEnd(async () => {
    child.kill('SIGKILL')
    await closed
  })
  const untilSaid = async (text: string | RegExp) => {
    const end = Date.now() + 15_000
    while (typeof text === 'string' ? !output.includes(text) : !text.test(output)) {
      if (Date.now() > end || child.exitCode !== null)
        throw new Error(`${String(text)} was not said, but:\n${output}`)
      await new Promise((resolve) => {
        setTimeout(resolve, 20)
      })
    }
  }
  await untilSaid('Ctrl-C stops')
  return {
    url: /http:\/\/\S+:\d+/.exec(output)?.[0] ?? '',
    child,
    said: () => output,
    untilSaid,
    end: async (signal = 'SIGINT') => {
      child.kill(signal)
      return closed
    },
  }
}

function start(args: string[], cwd: string, env: Record<string, string>): ChildProcess {
  return spawn(process.execPath, [BIN, ...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}
