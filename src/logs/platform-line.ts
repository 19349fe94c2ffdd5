import type { Line } from './line.js'

/** What Lambda reports when an invocation has ended. */
interface Report {
  requestId: string | undefined
  /** `timeout`, `error`, `failure`; `undefined` if it went well. */
  status: string | undefined
  errorType: string | undefined
  durationMs: number | undefined
  /** How long the process took to start, if this was its first invocation. */
  initMs: number | undefined
  memoryMb: number | undefined
  usedMb: number | undefined
}

const NOISE = /^(START RequestId: |END RequestId: |INIT_START |RESTORE_|XRAY TraceId: |EXTENSION\t)/
const TIMED_OUT = /^(?:RequestId:|[\d-]+T[\d:.]+Z) ([\w-]+)(?: Error:)? Task timed out after ([\d.]+) seconds/
const CRASHED = /^RequestId: (\S+) (?:Error: )?([\s\S]*)$/
const WARNING = /^LAMBDA_WARNING: ([\s\S]*)$/

/** Lambda's own lines in its text format. @returns `undefined` for noise. */
export function readPlatformLine(text: string): Line | undefined | 'unknown' {
  if (NOISE.test(text)) return undefined
  if (/^(REPORT RequestId: |INIT_REPORT )/.test(text)) return readReport(reportIn(text))
  const [, timedOut, seconds] = TIMED_OUT.exec(text) ?? []
  if (seconds !== undefined) return crash(timedOut, `timed out after ${Number(seconds)} s`)
  const [, crashed, reason] = CRASHED.exec(text) ?? []
  if (reason !== undefined) return crash(crashed, reason)
  const warning = WARNING.exec(text)?.[1]
  if (warning !== undefined)
    return {
      kind: 'message',
      level: 'warn',
      wrong: false,
      tone: 'plain',
      text: warning,
      data: { message: warning },
    }
  return 'unknown'
}

export function crash(requestId: string | undefined, message: string): Line {
  const data = { ...(requestId ? { requestId } : {}), message }
  return { kind: 'crash', level: 'error', wrong: true, tone: 'bad', text: message, data }
}

/** Tabs separate its fields; each is a name and a value. */
function reportIn(text: string): Report {
  const fields = text.replace(/^(?:INIT_)?REPORT /, '').split(/[\t\n]/)
  const values = new Map(fields.map((field) => field.split(': ', 2) as [string, string | undefined]))
  const number = (name: string) => {
    const value = Number.parseFloat(values.get(name) ?? '')
    return Number.isNaN(value) ? undefined : value
  }
  const status = values.get('Status')?.trim()
  return {
    requestId: values.get('RequestId')?.trim(),
    status: status === 'success' ? undefined : status,
    errorType: values.get('Error Type')?.trim(),
    durationMs: number('Duration'),
    // The report of the first invocation includes a start that went well.
    initMs: text.startsWith('INIT_') ? undefined : number('Init Duration'),
    memoryMb: number('Memory Size'),
    usedMb: number('Max Memory Used'),
  }
}

/** @returns `undefined` if there is nothing to report: all went well, in a process that had started before. */
export function readReport(report: Report): Line | undefined {
  const { status, errorType, durationMs, initMs, memoryMb, usedMb } = report
  if (status === undefined && initMs === undefined) return undefined
  const parts = [
    ...(status === undefined
      ? []
      : [`ended with ${status}${errorType === undefined ? '' : ` ${errorType}`}`]),
    ...(initMs === undefined ? [] : [`cold start ${Math.round(initMs)} ms`]),
    ...(durationMs === undefined ? [] : [`duration ${Math.round(durationMs)} ms`]),
    ...(usedMb === undefined || memoryMb === undefined ? [] : [`memory ${usedMb} of ${memoryMb} MB`]),
  ]
  const wrong = status !== undefined
  return {
    kind: 'report',
    level: wrong ? 'error' : 'info',
    wrong,
    tone: wrong ? 'bad' : 'dim',
    text: parts.join(', '),
    data: report,
  }
}
