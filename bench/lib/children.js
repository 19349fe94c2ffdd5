// @ts-check
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/** @typedef {{ env?: NodeJS.ProcessEnv, cwd?: string }} ChildOptions */

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set()

/** Ends all running children, so that an interrupted run leaves nothing behind. */
export function killChildren() {
  for (const child of running) child.kill('SIGKILL')
}

/**
 * Runs a program until it exits.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {ChildOptions} [options]
 * @returns {Promise<{ stdout: string, ms: number }>} its output and its time.
 */
export async function run(command, args, options = {}) {
  const started = performance.now()
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  running.add(child)
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (/** @type {string} */ text) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (/** @type {string} */ text) => (stderr += text))
  try {
    const code = await new Promise((resolve, reject) => {
      child.on('error', reject)
      child.on('close', resolve)
    })
    if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}.\n${stderr || stdout}`)
    return { stdout, ms: performance.now() - started }
  } finally {
    running.delete(child)
  }
}

/**
 * Runs a program whose last line of output is JSON.
 * @template T
 * @param {Parameters<typeof run>} args
 * @returns {Promise<T>}
 */
export async function runForJson(...args) {
  const { stdout } = await run(...args)
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')
}

/**
 * @typedef {object} Side a process that responds to each line of JSON with a line of JSON.
 * @property {(order: object) => Promise<unknown>} ask sends one order at a time.
 * @property {() => Promise<unknown>} next waits for a line without an order.
 * @property {() => Promise<void>} end
 */

/**
 * Starts a program that ends when its standard input does.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {ChildOptions} [options]
 * @returns {Side}
 */
export function startSide(command, args, options = {}) {
  const child = spawn(command, args, { ...options, stdio: ['pipe', 'pipe', 'inherit'] })
  running.add(child)
  const ended = new Promise((resolve) => {
    child.on('error', resolve)
    child.on('close', resolve)
  }).finally(() => running.delete(child))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async () => {
    const { value, done } = await lines.next()
    if (done) throw new Error(`${command} ${args.join(' ')} ended early.`)
    return JSON.parse(value)
  }
  return {
    next,
    async ask(order) {
      child.stdin.write(`${JSON.stringify(order)}\n`)
      return next()
    },
    async end() {
      child.stdin.end()
      await ended
    },
  }
}
