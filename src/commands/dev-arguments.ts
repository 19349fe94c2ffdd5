import { DEFAULT_PORT } from '../local/cloudfront/viewer/listen.js'
import { EXIT, GenatoError, usageError } from '../lib/errors.js'
import type { Reporter } from '../reporter/reporter.js'
import type { OriginalsOption } from './originals-option.js'

export interface DevArguments extends OriginalsOption {
  port?: string
  host?: string
  data?: string
  rekognition?: string
  deployed?: boolean
  write?: boolean
}

interface Address {
  host: string
  /** `undefined`: the first free one from 6480. */
  port: number | undefined
}

/** @throws GenatoError BAD_PORT */
export function readAddress({ host = '127.0.0.1', port }: DevArguments): Address {
  return { host, port: readPort(port) }
}

function readPort(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const port = Number(text)
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port
  throw usageError(
    'BAD_PORT',
    `${JSON.stringify(text)} is not a port.`,
    '--port takes a whole number from 1 to 65535, or 0 for any free one.',
  )
}

/** @throws GenatoError INTERRUPTED if the signal aborts first. */
export async function unlessAborted<T>(starting: Promise<T>, signal: AbortSignal): Promise<T> {
  const started = await Promise.race([starting.then((value) => ({ value })), aborted(signal)])
  if (started) return started.value
  throw new GenatoError('INTERRUPTED', 'Stopped before it was ready.', { exitCode: EXIT.interrupted })
}

export function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined)
    signal.addEventListener('abort', () => resolve(undefined), { once: true })
  })
}

/** @returns the URL to open. */
export function servedAt(port: number, { host, port: asked }: Address, reporter: Reporter): string {
  if (asked === undefined && port !== DEFAULT_PORT)
    reporter.warn(`Port ${DEFAULT_PORT} is in use. Using port ${port}.`)
  return `http://${host === '127.0.0.1' ? 'localhost' : host.includes(':') ? `[${host}]` : host}:${port}`
}

/** The first lines of the banner. */
export function firstLines(url: string, examples: readonly string[]): string[] {
  return [
    `genato dev   ${url}      open this`,
    ...(examples.length === 0 ? [] : [`  try        ${examples.slice(0, 3).join('   ')}`]),
  ]
}
