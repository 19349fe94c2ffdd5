import type { Line } from './line.js'
import { crash, readReport } from './platform-line.js'
import { thrownText } from './thrown.js'

type Fields = Record<string, unknown>

/** A line of JSON: of a request, of the generator, or Lambda's own in its JSON format around either. */
export function readJsonLine(fields: Fields): Line | undefined {
  const { type, record, timestamp, message } = fields
  if (typeof type === 'string' && type.startsWith('platform.') && isObject(record))
    return readPlatformRecord(type, record)
  // What went wrong in the platform itself is a sentence.
  if (type === 'platform.fault' && typeof record === 'string') return crash(undefined, record)
  if (typeof timestamp === 'string' && message !== undefined) {
    const inner = isObject(message) ? message : typeof message === 'string' ? objectIn(message) : undefined
    if (inner && ('outcome' in inner || 'level' in inner)) return readJsonLine(inner)
  }
  return readRequest(fields) ?? readMessage(fields)
}

const TONES: Record<string, Line['tone']> = {
  hit: 'plain',
  made: 'good',
  passed: 'plain',
  rejected: 'dim',
  missing: 'dim',
  failed: 'bad',
}

function readRequest({ requestId, path, outcome, status, ms, bytes, error }: Fields): Line | undefined {
  if (typeof outcome !== 'string' || typeof path !== 'string' || !isObject(ms)) return undefined
  const tone = TONES[outcome]
  if (tone === undefined) return undefined
  const told = typeof error === 'string' ? error : undefined
  // An image that was made but could not be stored is made again for the next one who asks.
  const wrong = outcome === 'failed' || (outcome === 'made' && told !== undefined) || Number(status) >= 500
  const parts = ['lookup', 'render', 'store'].flatMap((name) =>
    typeof ms[name] === 'number' ? `${name} ${Math.round(ms[name])}` : [],
  )
  const first = [
    (Number(status) >= 400 ? `${outcome} ${String(status)}` : outcome).padEnd(12),
    `${Math.round(Number(ms['total']))} ms`.padStart(9),
    ` ${path.replace(/^\//, '').replaceAll('\n', ' ') || '/'}`,
    ...(typeof bytes === 'number' ? [` ${sizeText(bytes)}`] : []),
    ...(parts.length > 0 ? [` (${parts.join(', ')})`] : []),
  ].join(' ')
  return {
    kind: 'request',
    level: wrong ? 'error' : 'info',
    wrong,
    tone: wrong ? 'bad' : tone,
    text: told === undefined ? first : `${first}\n${told}`,
    data: { requestId, path, outcome, status, ms, bytes, error },
  }
}

function readMessage(fields: Fields): Line {
  const { level, requestId, message, ...details } = fields
  // Lambda's JSON format's: the event has a time.
  delete details['timestamp']
  const known = typeof level === 'string' ? level.toLowerCase() : 'info'
  const wrong = ['error', 'fatal'].includes(known)
  const rest = Object.entries(details).map(([name, value]) =>
    typeof value === 'string' && value.includes('\n')
      ? { beneath: value }
      : { beside: `${name}=${JSON.stringify(value)}` },
  )
  const said =
    typeof message === 'string'
      ? message
      : isObject(message) && 'errorType' in message
        ? thrownText(message)
        : message === undefined
          ? ''
          : JSON.stringify(message)
  const beside = rest.flatMap((one) => one.beside ?? [])
  const text = [[said, ...beside].filter(Boolean).join('  '), ...rest.flatMap((one) => one.beneath ?? [])]
  return {
    kind: 'message',
    level: known,
    wrong,
    tone: wrong ? 'bad' : 'plain',
    text: text.join('\n'),
    data: { requestId, message, ...(rest.length > 0 ? { details } : {}) },
  }
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
    // Of a start that went well, the report of its first invocation tells as well.
    initMs: type === 'platform.report' ? number('initDurationMs') : undefined,
    memoryMb: number('memorySizeMB'),
    usedMb: number('maxMemoryUsedMB'),
  })
}

function sizeText(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`
  return bytes < 1_000_000 ? `${(bytes / 1_000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`
}

/** @returns the object that a text is the JSON of. */
export function objectIn(text: string): Fields | undefined {
  if (!text.startsWith('{')) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
