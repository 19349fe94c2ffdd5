import { cut } from '../lib/text.js'
import type { Tone } from '../reporter/reporter.js'
import type { LogEvent } from './log-events.js'

/** What an event's message means. */
export interface Line {
  kind: 'request' | 'message' | 'report' | 'crash' | 'refused'
  /** In lower case. */
  level: string
  /** Whether something failed that is not the viewer's fault. */
  wrong: boolean
  tone: Tone
  /** For people. Further lines belong to the first. As it was logged: the reporter escapes it. */
  text: string
  data: object
}

/** Characters. A generator may log whole documents. */
const LONGEST = 4_000

/** `12:34:56.789Z eu-central-1    made …`, with the date unless it is today, and further lines indented. */
export function lineText({ time, region }: LogEvent, line: Line, now: number): string {
  const [date = '', clock = ''] = new Date(time).toISOString().split('T')
  const today = new Date(now).toISOString().startsWith(date)
  const level = line.kind === 'message' && line.level !== 'info' ? `${line.level}: ` : ''
  const [first = '', ...below] = cut(line.text, LONGEST).replaceAll('\r\n', '\n').split('\n')
  return [
    `${today ? '' : `${date} `}${clock} ${region.padEnd(14)}  ${level}${first}`.trimEnd(),
    ...below.map((one) => `    ${one}`.trimEnd()),
  ].join('\n')
}

/** For programs. */
export function lineData({ time, region, group }: LogEvent, { kind, level, data }: Line): object {
  return { region, group, time: new Date(time).toISOString(), level, kind, ...data }
}
