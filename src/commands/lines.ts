import path from 'node:path'
import type { Rebuilt } from '../edge/dev.js'
import { packageRoot } from '../package-root.js'
import type { Reporter } from '../reporter/reporter.js'
import type { Served } from '../edge/viewer-server.js'

/** Tells of each request that was answered. */
export function tellServed(reporter: Reporter): (served: Served) => void {
  return (served) => reporter.event('request', requestText(served), requestData(served))
}

/** Tells of each line of the function's log that says anything new. */
export function tellLine(reporter: Reporter): (line: string) => void {
  return (line) => {
    const text = functionLineText(line)
    if (text !== undefined) reporter.event('log', text, { line })
  }
}

/** `200 Miss    41 ms  640x480,white,png`, and what was wrong on the next line. */
function requestText({ request, answer, ms }: Served): string {
  const word = answer.cacheResult === 'LambdaGeneratedResponse' ? 'Lambda' : answer.cacheResult
  const reason =
    answer.reason ??
    (answer.status >= 400 && answer.cacheResult === 'LambdaGeneratedResponse'
      ? answer.body.toString('utf8').trim()
      : '')
  const shown = cut(request.uri.replace(/^\//, '').replace(/[^\x21-\x7e]/g, '?') || '/')
  const line = `${answer.status} ${word.padEnd(6)} ${String(Math.round(ms)).padStart(5)} ms  ${shown}`
  return reason === '' ? line : `${line}\n    ${cut(reason)}`
}

function requestData({ request, answer, ms }: Served): object {
  return {
    method: request.method,
    path: request.uri,
    status: answer.status,
    cache: answer.cacheResult,
    ms: Math.round(ms * 10) / 10,
    ...(answer.reason ? { reason: answer.reason } : {}),
  }
}

export function rebuiltText({ file, ms, dropped }: Rebuilt): string {
  const images = dropped === 0 ? '' : ` · ${dropped} stored image${dropped === 1 ? '' : 's'} dropped`
  return `rebuilt  ${file} changed · ${Math.round(ms)} ms${images}`
}

/**
 * A line of the function's log as people read it. Its line about a request says nothing that the
 * edge's does not, unless something went wrong on the function's side.
 * @returns `undefined` where there is nothing to show.
 */
export function functionLineText(line: string): string | undefined {
  const entry = parseObject(line)
  if (!entry) return `  | ${line}`
  const { outcome, level, message, path: asked, error } = entry
  if (typeof outcome === 'string')
    return typeof error === 'string' && outcome !== 'rejected'
      ? `  ! ${String(asked)}\n${indent(userStack(error))}`
      : undefined
  if (typeof message !== 'string') return `  | ${line}`
  const rest = Object.entries(entry)
    .filter(([name]) => !['level', 'requestId', 'message'].includes(name))
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
  return [`  ${level === 'error' ? '!' : '|'} ${message}`, ...rest].join('  ')
}

/** A stack without the frames of genato itself, and of Node. */
function userStack(error: string): string {
  const own = ['handler', 'dist'].map((folder) => path.join(packageRoot(), folder) + path.sep)
  return error
    .split('\n')
    .filter((line) => !/^\s+at /.test(line) || ![...own, 'node:'].some((place) => line.includes(place)))
    .join('\n')
}

function parseObject(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined
  try {
    return JSON.parse(line) as Record<string, unknown>
  } catch {
    return undefined
  }
}

function indent(text: string): string {
  return text.replace(/^/gm, '    ')
}

const LONGEST = 400

function cut(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}… (${text.length} characters)` : text
}
