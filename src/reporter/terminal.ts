import type { Writable } from 'node:stream'
import { styleText } from 'node:util'
import ora, { type Ora } from 'ora'
import { isUnfinished } from '../lib/errors.js'
import { printable } from '../lib/text.js'
import { elapsed } from '../lib/units.js'
import { errorText } from './error-text.js'
import { isTerminal } from './plain.js'
import type { Reporter, Tone } from './reporter.js'
import { wrapIndented, wrapRows } from './wrap.js'

const TONES = { good: 'green', bad: 'red', dim: 'dim' } as const

/** On a terminal: one spinner for everything that runs, and a line that stays for each thing that has ended. */
export function terminalReporter(out: Writable, err: NodeJS.WriteStream): Reporter {
  const running = new Map<symbol, () => string>()
  let spinner: Ora | undefined
  let ticking: NodeJS.Timeout | undefined
  // hasColors respects NO_COLOR and FORCE_COLOR.
  const color = (name: 'green' | 'red' | 'yellow', text: string) =>
    err.hasColors() ? styleText(name, text) : text
  const redraw = () => {
    const text = printable([...running.values()].map((text) => text()).join(' · '))
    if (text === '') {
      clearInterval(ticking)
      spinner?.stop()
      spinner = undefined
    } else if (spinner) spinner.text = text
    // By default ora reads the terminal, and takes Ctrl-C away from the process.
    else {
      spinner = ora({ text, stream: err, discardStdin: false }).start()
      // A wait gives no news between two looks, which may be minutes apart.
      ticking = setInterval(redraw, 1000).unref()
    }
  }
  const say = (stream: Writable, text: string) => {
    spinner?.clear()
    stream.write(`${text}\n`)
    spinner?.render()
  }
  /** Further lines begin below the text of the first. */
  const marked = (mark: string, text: string) =>
    `${mark} ${wrapIndented(printable(text), (columnsOf(err) ?? Infinity) - 2).replaceAll('\n', '\n  ')}`
  // The output may go to a file while the messages go to a terminal.
  const toned = (text: string, tone: Tone) =>
    tone !== 'plain' && 'hasColors' in out && (out as NodeJS.WriteStream).hasColors()
      ? styleText(TONES[tone], text, { validateStream: false })
      : text
  return {
    step(title, _data, waiting) {
      const id = Symbol(title)
      const started = Date.now()
      let known = ''
      running.set(id, () => {
        if (!waiting) return known ? `${title} ${known}` : title
        const usual = waiting.usual === undefined ? '' : `usually ${waiting.usual}`
        const parts = [elapsed(Date.now() - started), usual, known]
        return `${title}: ${parts.filter((part) => part !== '').join(' · ')}`
      })
      redraw()
      const end = (mark: string, text: string) => {
        running.delete(id)
        redraw()
        say(err, marked(mark, text))
      }
      return {
        update(detail) {
          known = detail
          redraw()
        },
        done: (detail) => end(color('green', '✔'), detail ? `${title}: ${detail}` : title),
        failed: () => end(color('red', '✖'), title),
      }
    },
    warn: (message) => say(err, marked(color('yellow', '!'), message)),
    result: (text) => say(out, wrapRows(printable(text), columnsOf(out))),
    bytes: (data) => void out.write(data),
    bytesAreShown: isTerminal(out),
    event: (_type, text, _data, tone = 'plain') =>
      say(out, toned(wrapIndented(printable(text), columnsOf(out)), tone)),
    error: (error, debug) =>
      say(
        err,
        marked(isUnfinished(error) ? color('yellow', '!') : color('red', '✖'), errorText(error, debug)),
      ),
    close() {
      running.clear()
      redraw()
    },
  }
}

/** @returns `undefined` without a terminal: programs want lines unbroken. */
function columnsOf(out: Writable): number | undefined {
  return isTerminal(out) ? (out as NodeJS.WriteStream).columns : undefined
}
