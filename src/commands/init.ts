import { createHash } from 'node:crypto'
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
/** sha256 of the configurations that `genato init` wrote before settings had groups: without and with a generator. */
const FLAT_TEMPLATES = [
  '359b50138cc912507ae83be9b7df00f5f82fd3e367063230350e80d9511c5d25',
  '6661a23382a97efe45f78a9bb47b2a573a9719889c42094e995bde58bbf024a3',
]

/**
 * `genato init`: writes a commented configuration and, with `--generator`, a generator. It overwrites only a
 * configuration that nobody has changed since `genato init` wrote it.
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
  const untouched =
    text !== undefined && (text === configTemplate({ generator: undefined }) || isFlatTemplate(text))
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

function isFlatTemplate(text: string): boolean {
  return FLAT_TEMPLATES.includes(createHash('sha256').update(text).digest('hex'))
}

/** Git's `core.autocrlf` changes line ends at checkout. */
async function readText(file: string): Promise<string> {
  return (await readFile(file, 'utf8')).replaceAll('\r\n', '\n')
}

/** The setting that names the generator, in the syntax of this file. */
function settingFor(file: string): string {
  return file.endsWith('.json')
    ? `"generate": { "generator": "./${GENERATOR}" }`
    : `generate: { generator: './${GENERATOR}' },`
}

function exists(name: string): GenatoError {
  return usageError(
    'FILE_EXISTS',
    `${name} already exists.`,
    'Move it away first, or keep it: genato init does not overwrite it.',
  )
}

async function write(file: string, text: string, name: string, replace = false): Promise<void> {
  try {
    await writeFile(file, text, { flag: replace ? 'w' : 'wx' })
  } catch (error) {
    if (systemCode(error) === 'EEXIST') throw exists(name)
    throw new GenatoError('FOLDER_UNWRITABLE', `${name} can't be written: ${messageOf(error)}.`, {
      hint: 'Run genato init in a writable folder.',
      cause: error,
    })
  }
}
