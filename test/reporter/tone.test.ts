import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { jsonReporter } from '../../src/reporter/json.js'
import { plainReporter } from '../../src/reporter/plain.js'
import { terminalReporter } from '../../src/reporter/terminal.js'

function stream(colors: boolean) {
  return Object.assign(new PassThrough(), { hasColors: () => colors }) as PassThrough & NodeJS.WriteStream
}

it('an event has the colour of its tone, but only on a terminal with colours', () => {
  const said = (out: PassThrough) => String(out.read())
  const event = ['log', 'text', { a: 1 }, 'bad'] as const
  const [colored, bare, pipe, json] = [stream(true), stream(false), new PassThrough(), new PassThrough()]
  const terminal = terminalReporter(colored, stream(true))
  terminal.event(...event)
  expect(said(colored)).toBe('\u001b[31mtext\u001b[39m\n')
  terminal.event('log', 'text', {})
  expect(said(colored)).toBe('text\n')
  terminalReporter(bare, stream(true)).event(...event)
  expect(said(bare)).toBe('text\n')
  for (const reporter of [terminalReporter(pipe, stream(true)), plainReporter(pipe, pipe)]) {
    reporter.event(...event)
    expect(said(pipe)).toBe('text\n')
  }
  jsonReporter(json).event(...event)
  expect(said(json)).toBe('{"type":"log","a":1}\n')
})
