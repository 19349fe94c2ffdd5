import path from 'node:path'
import { loadSettings, type Overrides } from '../config/load.js'
import { EXIT, GenatoError, messageOf, usageError } from '../errors.js'
import { startDev, type DevServer } from '../edge/dev.js'
import { DEFAULT_PORT } from '../edge/viewer-server.js'
import type { Reporter } from '../reporter/reporter.js'
import { functionLineText, rebuiltText, requestData, requestText } from './lines.js'

export interface DevArguments {
  port?: string
  host?: string
  data?: string
}

/** `genato dev`: ends when the signal does, without an error: Ctrl-C is how it is meant to be stopped. */
export async function dev(
  args: DevArguments,
  overrides: Overrides,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<void> {
  const cwd = process.cwd()
  const port = readPort(args.port)
  const host = args.host ?? '127.0.0.1'
  const settings = await loadSettings(cwd, overrides)
  const data = args.data ? path.resolve(cwd, args.data) : path.join(settings.root, '.genato', 'images')
  const starting = startDev({
    loadSettings: async () => loadSettings(cwd, overrides),
    host,
    port,
    data,
    reporter,
    onServed: (served) => reporter.event('request', requestText(served), requestData(served)),
    onFunctionLine: (line) => {
      const text = functionLineText(line)
      if (text !== undefined) reporter.event('log', text, { line })
    },
    onRebuilt: (rebuilt) => reporter.event('rebuilt', rebuiltText(rebuilt), rebuilt),
    onRebuildFailed: (error) =>
      reporter.warn(
        `${messageOf(error)}\n  The package from before goes on serving; save the file again when it is mended.`,
      ),
  })
  const server = await Promise.race([starting, aborted(signal)])
  if (!server)
    throw new GenatoError('INTERRUPTED', 'Stopped before it served.', { exitCode: EXIT.interrupted })
  if (port === undefined && server.port !== DEFAULT_PORT)
    reporter.warn(`Port ${DEFAULT_PORT} is in use: this is port ${server.port}.`)
  const url = `http://${host === '127.0.0.1' ? 'localhost' : host.includes(':') ? `[${host}]` : host}:${server.port}`
  reporter.result(banner(url, server, path.relative(cwd, data) || '.'), {
    url,
    port: server.port,
    generator: server.settings.generator ?? 'built in',
    images: data,
  })
  await aborted(signal)
  await server.close()
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

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined)
    signal.addEventListener('abort', () => resolve(undefined), { once: true })
  })
}

function banner(url: string, { settings: { generator, root }, examples }: DevServer, images: string): string {
  const made = generator === undefined ? 'built in' : path.relative(root, generator)
  return [
    `genato dev   ${url}      open this`,
    ...(examples.length === 0 ? [] : [`  try        ${examples.slice(0, 3).join('   ')}`]),
    `  generator  ${made} · images in ${images} · Ctrl-C stops`,
  ].join('\n')
}
