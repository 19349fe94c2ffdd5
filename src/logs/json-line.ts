import {
  readFields,
  readMessageLine,
  readRequestLine,
  type Fields,
  type MessageLine,
  type RequestLine,
} from '../../handler/shared/log.js'
import { isFailure, isFault, messageText, requestText } from '../lib/log-text.js'
import type { Line } from './line.js'
import { crash, readReport } from './platform-line.js'

/** A line of JSON: a request, a generator's message, or Lambda's own, which in its JSON format may wrap either. */
export function readJsonLine(fields: Fields): Line | undefined {
  const { type, record, timestamp, message } = fields
  if (typeof type === 'string' && type.startsWith('platform.') && isObject(record))
    return readPlatformRecord(type, record)
  // Faults of the platform are sentences.
  if (type === 'platform.fault' && typeof record === 'string') return crash(undefined, record)
  if (typeof timestamp === 'string') {
    const inner = isObject(message) ? message : typeof message === 'string' ? readFields(message) : undefined
    if (inner && ('outcome' in inner || 'level' in inner)) return readJsonLine(inner)
  }
  const request = readRequestLine(fields)
  return request ? requestLine(request) : messageLine(readMessageLine(fields))
}

const TONES: Readonly<Record<RequestLine['outcome'], Line['tone']>> = {
  hit: 'plain',
  made: 'good',
  found: 'plain',
  passed: 'plain',
  rejected: 'dim',
  missing: 'dim',
  failed: 'bad',
}

function requestLine(request: RequestLine): Line {
  const { requestId, path, outcome, status, ms, bytes, error } = request
  const wrong = isFault(request)
  return {
    kind: 'request',
    level: wrong ? 'error' : 'info',
    wrong,
    tone: wrong ? 'bad' : TONES[outcome],
    text: requestText(request),
    data: { requestId, path, outcome, status, ms, bytes, error },
  }
}

function messageLine({ level, requestId, message, details }: MessageLine): Line {
  // The timestamp is that of Lambda's JSON format, and the event has its own.
  const { timestamp: _, ...own } = details
  const wrong = isFailure(level)
  return {
    kind: 'message',
    level,
    wrong,
    tone: wrong ? 'bad' : 'plain',
    text: messageText(textOf(message), own),
    data: { requestId, message, ...(Object.keys(own).length > 0 ? { details: own } : {}) },
  }
}

function textOf(message: unknown): string {
  if (typeof message === 'string') return message
  if (isObject(message) && 'errorType' in message) return thrownText(message)
  return message === undefined ? '' : JSON.stringify(message)
}

/**
 * An error as the Node.js runtime logs it: with `stack` or `trace` in its text format, with `stackTrace` in its
 * JSON format. The frame that repeats the message is left out.
 */
export function thrownText({ errorType, errorMessage, stack, trace, stackTrace }: Fields): string {
  const frames = [stack, trace, stackTrace].find((lines) => Array.isArray(lines)) as unknown[] | undefined
  const first = `${String(errorType)}: ${String(errorMessage)}`
  return [first, ...(frames ?? []).filter((frame) => frame !== first)].map(String).join('\n')
}

/** Lambda's own lines in its JSON format. Source: Lambda's Telemetry API, event schema. */
function readPlatformRecord(type: string, record: Fields): Line | undefined {
  if (!['platform.report', 'platform.initReport'].includes(type)) return undefined
  const metrics = isObject(record['metrics']) ? record['metrics'] : {}
  const number = (name: string) => (typeof metrics[name] === 'number' ? metrics[name] : undefined)
  const status = record['status']
  return readReport({
    requestId: typeof record['requestId'] === 'string' ? record['requestId'] : undefined,
    status: typeof status === 'string' && status !== 'success' ? status : undefined,
    errorType: typeof record['errorType'] === 'string' ? record['errorType'] : undefined,
    durationMs: number('durationMs'),
    // The report of the first invocation includes a start that went well.
    initMs: type === 'platform.report' ? number('initDurationMs') : undefined,
    memoryMb: number('memorySizeMB'),
    usedMb: number('maxMemoryUsedMB'),
  })
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
