import { objectIn, readJsonLine } from './json-line.js'
import type { Line } from './line.js'
import { readPlatformLine } from './platform-line.js'
import { thrownText } from './thrown.js'

/** console's line in Lambda's text format: time, request, level, message. Source: the Node.js runtime. */
const CONSOLE = /^\d{4}-\d\d-\d\dT[\d:.]+Z\t([\w-]+)\t(TRACE|DEBUG|INFO|WARN|ERROR|FATAL)\t([\s\S]*)$/

/** CloudFront's, in a group of its own: the request's id and what was wrong with the answer. */
const REFUSED = /^(?:\S+ )?ERROR (?:Validation error: )?([\s\S]+)$/

/** @returns `undefined` for what nobody wants to see: that an invocation starts or ends. */
export function readLine(group: string, message: string): Line | undefined {
  const text = message.trimEnd()
  if (text === '') return undefined
  if (group.startsWith('/aws/cloudfront/')) return refused(text)
  const [, requestId, level = '', said] = CONSOLE.exec(text) ?? []
  if (said !== undefined) return readConsole(said, level.toLowerCase(), requestId)
  const json = objectIn(text)
  if (json) return readJsonLine(json)
  const platform = readPlatformLine(text)
  return platform === 'unknown' ? plain(text, 'info', undefined) : platform
}

function readConsole(said: string, level: string, requestId: string | undefined): Line | undefined {
  const json = objectIn(said)
  if (json) return readJsonLine(json)
  // `Uncaught Exception \t{"errorType":…}`, as the runtime tells what no code caught.
  const [, title, thrown] = /^([^\t]*)\t(\{[\s\S]*\})$/.exec(said) ?? []
  const error = thrown === undefined ? undefined : objectIn(thrown)
  if (title !== undefined && error) return plain(`${title.trim()}: ${thrownText(error)}`, level, requestId)
  return plain(said, level, requestId)
}

function plain(message: string, level: string, requestId: string | undefined): Line {
  const wrong = ['error', 'fatal'].includes(level)
  const known = requestId === undefined || requestId === 'undefined' ? {} : { requestId }
  const data = { ...known, message }
  return { kind: 'message', level, wrong, tone: wrong ? 'bad' : 'plain', text: message, data }
}

function refused(text: string): Line {
  const message = REFUSED.exec(text)?.[1] ?? text
  const data = { message: text }
  return {
    kind: 'refused',
    level: 'error',
    wrong: true,
    tone: 'bad',
    text: `refused by CloudFront: ${message}`,
    data,
  }
}
