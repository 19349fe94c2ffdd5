import { readFields } from '../../handler/shared/log.js'
import { isFailure } from '../lib/log-text.js'
import { readJsonLine, thrownText } from './json-line.js'
import type { Line } from './line.js'
import { readPlatformLine } from './platform-line.js'

/** A line of `console` in Lambda's text format: time, request, level, message. Source: the Node.js runtime. */
const CONSOLE = /^\d{4}-\d\d-\d\dT[\d:.]+Z\t([\w-]+)\t(TRACE|DEBUG|INFO|WARN|ERROR|FATAL)\t([\s\S]*)$/

/** A line of CloudFront in its own log group: the request's id, and what was wrong with the response. */
const REFUSED = /^(?:\S+ )?ERROR (?:Validation error: )?([\s\S]+)$/

/** @returns `undefined` for what nobody wants to see: that an invocation starts or ends. */
export function readLine(group: string, message: string): Line | undefined {
  const text = message.trimEnd()
  if (text === '') return undefined
  if (group.startsWith('/aws/cloudfront/')) return refused(text)
  const [, requestId, level = '', said] = CONSOLE.exec(text) ?? []
  if (said !== undefined) return readConsole(said, level.toLowerCase(), requestId)
  const json = readFields(text)
  if (json) return readJsonLine(json)
  const platform = readPlatformLine(text)
  return platform === 'unknown' ? plain(text, 'info', undefined) : platform
}

function readConsole(said: string, level: string, requestId: string | undefined): Line | undefined {
  const json = readFields(said)
  if (json) return readJsonLine(json)
  // `Uncaught Exception \t{"errorType":…}`: the runtime logs what no code caught.
  const [, title, thrown] = /^([^\t]*)\t(\{[\s\S]*\})$/.exec(said) ?? []
  const error = thrown === undefined ? undefined : readFields(thrown)
  if (title !== undefined && error) return plain(`${title.trim()}: ${thrownText(error)}`, level, requestId)
  return plain(said, level, requestId)
}

function plain(message: string, level: string, requestId: string | undefined): Line {
  const wrong = isFailure(level)
  const known = requestId === undefined || requestId === 'undefined' ? {} : { requestId }
  const data = { ...known, message }
  return { kind: 'message', level, wrong, tone: wrong ? 'bad' : 'plain', text: message, data }
}

function refused(text: string): Line {
  const message = REFUSED.exec(text)?.[1] ?? text
  return {
    kind: 'refused',
    level: 'error',
    wrong: true,
    tone: 'bad',
    text: `refused by CloudFront: ${message}`,
    data: { message: text },
  }
}
