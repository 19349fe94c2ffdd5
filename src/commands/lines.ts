import type { Rebuilt } from '../dev/dev.js'
import type { Reporter } from '../reporter/reporter.js'
import { userStack } from '../lib/user-stack.js'
import type { Served } from '../local/cloudfront/viewer/served.js'

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
function requestText(served: Served): string {
  const { status, ms, method, uri, reason } = served
  const time = String(Math.round(ms)).padStart(5)
  const what = [method === 'GET' ? '' : method, cut(printable(uri.replace(/^\//, ''))) || '/']
  const line = `${status} ${wordOf(served).padEnd(7)}${time} ms  ${what.join(' ').trim()}${tookText(served)}`
  return reason === undefined ? line : `${line}\n${indent(cut(printable(reason)))}`
}

/** X-Cache's words, in as few letters; but what comes from the cache is a hit, an error too. */
function wordOf({ cacheResult, age }: Served): string {
  return age === undefined ? WORDS[cacheResult] : cacheResult === 'RefreshHit' ? 'Refresh' : 'Hit'
}

const WORDS: Record<Served['cacheResult'], string> = {
  Hit: 'Hit',
  RefreshHit: 'Refresh',
  Miss: 'Miss',
  Error: 'Error',
  LambdaGeneratedResponse: 'Lambda',
  LambdaExecutionError: 'Failed',
  LambdaValidationError: 'Invalid',
  LambdaLimitExceeded: 'Limit',
}

/** Shorter is not worth a word. */
const WORTH_TELLING_MS = 100

function tookText({ coldStartMs, waitedMs = 0 }: Served): string {
  if (coldStartMs !== undefined) return `  cold start ${Math.round(coldStartMs)} ms`
  return waitedMs < WORTH_TELLING_MS ? '' : `  waited ${Math.round(waitedMs)} ms for a process`
}

/** Nothing that moves the cursor, colours, or turns the direction of a terminal: paths and texts are anybody's. */
function printable(text: string): string {
  return text.replace(
    // oxlint-disable-next-line no-control-regex
    /[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u{${character.codePointAt(0)?.toString(16) ?? ''}}`,
  )
}

function requestData({ uri, cacheResult, ms, coldStartMs, waitedMs, age, ...served }: Served): object {
  return {
    method: served.method,
    path: uri,
    status: served.status,
    cache: cacheResult,
    bytes: served.bytes,
    ms: Math.round(ms * 10) / 10,
    ...(coldStartMs === undefined ? {} : { coldStartMs: Math.round(coldStartMs) }),
    ...(waitedMs === undefined ? {} : { waitedMs: Math.round(waitedMs) }),
    ...(age === undefined ? {} : { age }),
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
  const text = readFunctionLine(line)
  return text === undefined ? undefined : printable(text)
}

function readFunctionLine(line: string): string | undefined {
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
