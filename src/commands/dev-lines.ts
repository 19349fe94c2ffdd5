import { readFields, readMessageLine, readRequestLine } from '../../handler/shared/log.js'
import { resultWord } from '../dev/page/request-words.js'
import type { Rebuilt } from '../dev/dev.js'
import { isFailure, isFault, messageText } from '../lib/log-text.js'
import { count, cut, indent } from '../lib/text.js'
import { userStack } from '../lib/user-stack.js'
import type { Served } from '../local/cloudfront/viewer/served.js'
import type { Reporter } from '../reporter/reporter.js'

/** Reports each request that was answered. */
export function reportServed(reporter: Reporter): (served: Served) => void {
  return (served) => reporter.event('request', servedText(served), servedData(served))
}

/** Reports each line of the function's log that says something new. */
export function reportFunctionLine(reporter: Reporter): (line: string) => void {
  return (line) => {
    const text = functionLineText(line)
    if (text !== undefined) reporter.event('log', text, { line })
  }
}

/** Characters: a stack or a long path must not fill the terminal. */
const LONGEST = 400

/** `200 Miss      41 ms  640x480,white,png`, with what went wrong below it. */
function servedText(served: Served): string {
  const { status, ms, method, uri, reason } = served
  const time = String(Math.round(ms)).padStart(5)
  const asked = `${method === 'GET' ? '' : `${method} `}${cut(uri.replace(/^\//, ''), LONGEST) || '/'}`
  const line = `${status} ${resultWord(served).padEnd(7)}${time} ms  ${asked}${waitText(served)}`
  return reason === undefined ? line : `${line}\n${indent(cut(reason, LONGEST))}`
}

/** Shorter waits are not worth a word. */
const LONG_WAIT_MS = 100

function waitText({ coldStartMs, waitedMs = 0 }: Served): string {
  if (coldStartMs !== undefined) return `  cold start ${Math.round(coldStartMs)} ms`
  return waitedMs < LONG_WAIT_MS ? '' : `  waited ${Math.round(waitedMs)} ms for a process`
}

function servedData({ uri, cacheResult, ms, coldStartMs, waitedMs, age, ...served }: Served): object {
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
  const images = dropped === 0 ? '' : ` · ${count(dropped, 'stored image')} dropped`
  return `rebuilt  ${file} changed · ${Math.round(ms)} ms${images}`
}

/**
 * A line of the function's log for people. A request line only repeats what the edge reports, unless something
 * failed in the function.
 * @returns `undefined` if there is nothing to show.
 */
function functionLineText(line: string): string | undefined {
  const fields = readFields(line)
  if (!fields) return `  | ${line}`
  const request = readRequestLine(fields)
  if (request) {
    const { path, error } = request
    return isFault(request) && error !== undefined ? `  ! ${path}\n${indent(userStack(error))}` : undefined
  }
  const { level, message, details } = readMessageLine(fields)
  if (typeof message !== 'string') return `  | ${line}`
  const [first = '', ...below] = userStack(messageText(message, details)).split('\n')
  return [`  ${isFailure(level) ? '!' : '|'} ${first}`, ...below.map((one) => indent(one))].join('\n')
}
