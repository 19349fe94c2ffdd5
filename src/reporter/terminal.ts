import type { Writable } from 'node:stream'
import { styleText } from 'node:util'
import ora, { type Ora } from 'ora'
import { isUnfinished } from '../errors.js'
import { errorText } from './error-text.js'
import { isTerminal } from './plain.js'
import type { Reporter, Tone } from './reporter.js'

const TONES = { good: 'green', bad: 'red', dim: 'dim' } as const

/** On a terminal: one spinner for all that runs, and a line that stays for each thing that ended. */
export function terminalReporter(out: Writable, err: NodeJS.WriteStream): Reporter {
  const running = new Map<symbol, string>()
  let spinner: Ora | undefined
  // Which also asks NO_COLOR and FORCE_COLOR.
  const color = (name: 'green' | 'red' | 'yellow', text: string) =>
    err.hasColors() ? styleText(name, text) : text
  const redraw = () => {
    const text = [...running.values()].join(' · ')
    if (text === '') {
      spinner?.stop()
      spinner = undefined
    } else if (spinner) spinner.text = text
    // Ctrl-C stays the process's own: ora would take the terminal's input otherwise.
    else spinner = ora({ text, stream: err, discardStdin: false }).start()
  }
  const say = (stream: Writable, text: string) => {
    spinner?.clear()
    stream.write(`${text}\n`)
    spinner?.render()
  }
  // Where the output goes may be no terminal though the messages go to one.
  const toned = (text: string, tone: Tone) =>
    tone !== 'plain' && 'hasColors' in out && (out as NodeJS.WriteStream).hasColors()
      ? styleText(TONES[tone], text, { validateStream: false })
      : text
  return {
    step(title) {
      const id = Symbol(title)
      running.set(id, title)
      redraw()
      const end = (mark: string, text: string) => {
        running.delete(id)
        redraw()
        say(err, `${mark} ${text}`)
      }
      return {
        update(detail) {
          running.set(id, `${title} ${detail}`)
          redraw()
        },
        done: (detail) => end(color('green', '✔'), detail ? `${title}: ${detail}` : title),
        failed: () => end(color('red', '✖'), title),
      }
    },
    warn: (message) => say(err, `${color('yellow', '!')} ${message}`),
    result: (text) => say(out, text),
    bytes: (data) => void out.write(data),
    bytesAreShown: isTerminal(out),
    event: (_type, text, _data, tone = 'plain') => say(out, toned(text, tone)),
    error: (error, debug) =>
      say(
        err,
        `${isUnfinished(error) ? color('yellow', '!') : color('red', '✖')} ${errorText(error, debug)}`,
      ),
    close() {
      running.clear()
      redraw()
    },
  }
}
