import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { configTemplate } from '../../templates/config.js'
import { generatorTemplate } from '../../templates/generator.js'
import { CONFIG_FILES } from '../config/load.js'
import { GenatoError, messageOf, systemCode, usageError } from '../lib/errors.js'
import type { Reporter } from '../reporter/reporter.js'

const CONFIG = 'genato.config.ts'
const GENERATOR = 'generator.ts'
const SETTING = `generator: './${GENERATOR}',`

/**
 * `genato init`: writes a commented configuration, and a generator if asked to. Overwrites nothing but a
 * configuration that is still as it was written.
 */
export async function init(args: { generator?: boolean }, reporter: Reporter): Promise<void> {
  const cwd = process.cwd()
  const existing = CONFIG_FILES.find((name) => existsSync(path.join(cwd, name)))
  const generator = args.generator ? GENERATOR : undefined
  if (existing !== undefined && generator === undefined) throw exists(existing)
  const written: string[] = []
  if (generator) {
    await write(path.join(cwd, generator), generatorTemplate(), generator)
    written.push(generator)
  }
  const text = existing === CONFIG ? await readText(path.join(cwd, CONFIG)) : undefined
  const untouched = text === configTemplate({ generator: undefined })
  const ready = text === configTemplate({ generator: GENERATOR })
  const add = existing !== undefined && !untouched && !ready
  if (existing === undefined || untouched) {
    await write(path.join(cwd, CONFIG), configTemplate({ generator }), CONFIG, untouched)
    written.push(CONFIG)
  }
  const lines = [
    `wrote ${written.join(' and ')}`,
    ...(add ? [`add   ${settingFor(existing)} to ${existing}`] : []),
    `next  ${generator ? 'npx genato dev, then open /hello/you.svg' : 'npx genato dev'}`,
  ]
  reporter.result(lines.join('\n'), {
    files: written,
    ...(add ? { add: { file: existing, line: settingFor(existing) } } : {}),
  })
}

/** A checkout with Git's `core.autocrlf` has other line ends than were written. */
async function readText(file: string): Promise<string> {
  return (await readFile(file, 'utf8')).replaceAll('\r\n', '\n')
}

/** The line that names the generator, as this kind of file has it. */
function settingFor(file: string): string {
  return file.endsWith('.json') ? `"generator": "./${GENERATOR}"` : SETTING
}

function exists(name: string): GenatoError {
  return usageError(
    'FILE_EXISTS',
    `There is a ${name} already.`,
    'Move it away first, or go on with it: genato init overwrites nothing.',
  )
}

async function write(file: string, text: string, name: string, replace = false): Promise<void> {
  try {
    await writeFile(file, text, { flag: replace ? 'w' : 'wx' })
  } catch (error) {
    if (systemCode(error) === 'EEXIST') throw exists(name)
    throw new GenatoError('FOLDER_UNWRITABLE', `${name} can't be written: ${messageOf(error)}.`, {
      hint: 'Run it in a folder that can be written.',
      cause: error,
    })
  }
}
