import path from 'node:path'
import type { Rebuilt } from '../edge/serving/dev.js'
import { packageRoot } from '../package-root.js'
import type { Reporter } from '../reporter/reporter.js'
import type { Served } from '../edge/viewer/served.js'

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

/** `200 Miss      41 ms  640x480,white,png`, and what was wrong on the lines after it. */
function requestText({ status, cacheResult, ms, uri, coldStartMs, reason }: Served): string {
  const shown = cut(uri.replace(/^\//, '').replace(/[^\x21-\x7e]/g, '?') || '/')
  const time = String(Math.round(ms)).padStart(5)
  const cold = coldStartMs === undefined ? '' : `  cold start ${Math.round(coldStartMs)} ms`
  const line = `${status} ${WORDS[cacheResult].padEnd(7)}${time} ms  ${shown}${cold}`
  return reason === undefined ? line : `${line}\n${indent(cut(reason))}`
}

/** X-Cache's words, in as few letters. */
const WORDS: Record<Served['cacheResult'], string> = {
  Hit: 'Hit',
  RefreshHit: 'Refresh',
  Miss: 'Miss',
  Error: 'Error',
  LambdaGeneratedResponse: 'Lambda',
  LambdaExecutionError: 'Error',
  LambdaValidationError: 'Error',
  LambdaLimitExceeded: 'Error',
}

function requestData({ uri, cacheResult, ms, coldStartMs, ...served }: Served): object {
  return {
    method: served.method,
    path: uri,
    status: served.status,
    cache: cacheResult,
    bytes: served.bytes,
    ms: Math.round(ms * 10) / 10,
    ...(coldStartMs === undefined ? {} : { coldStartMs: Math.round(coldStartMs) }),
    ...(served.reason ? { reason: served.reason } : {}),
    id: served.id,
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
