import type { LogEvent } from './log-event.js'
import type { Line } from './line.js'
import { visible } from './visible.js'

const LONGEST = 4_000

/** `12:34:56.789Z eu-central-1    made …`, and what belongs to it beneath; with its date if not of today. */
export function eventText({ time, region }: LogEvent, line: Line, now: number): string {
  const [date = '', clock = ''] = new Date(time).toISOString().split('T')
  const today = new Date(now).toISOString().startsWith(date)
  const level = line.kind === 'message' && line.level !== 'info' ? `${line.level}: ` : ''
  const [first = '', ...beneath] = visible(cut(line.text)).split('\n')
  return [
    `${today ? '' : `${date} `}${clock} ${region.padEnd(14)}  ${level}${first}`.trimEnd(),
    ...beneath.map((one) => `    ${one}`.trimEnd()),
  ].join('\n')
}

export function eventData({ time, region, group }: LogEvent, { kind, level, data }: Line): object {
  return { region, group, time: new Date(time).toISOString(), level, kind, ...data }
}

function cut(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}… (${text.length} characters)` : text
}
