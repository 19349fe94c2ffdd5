import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { configTemplate } from '../../templates/config.js'
import { generatorTemplate } from '../../templates/generator.js'
import { GenatoError, messageOf, systemCode, usageError } from '../errors.js'
import type { Reporter } from '../reporter/reporter.js'

const CONFIG = 'genato.config.ts'
const GENERATOR = 'generator.ts'

/** `genato init`: writes a commented configuration, and a generator if asked to. Overwrites nothing. */
export async function init(args: { generator?: boolean }, reporter: Reporter): Promise<void> {
  const cwd = process.cwd()
  const generator = args.generator ? GENERATOR : undefined
  const files: [name: string, text: string][] = [
    ...(generator ? [[generator, generatorTemplate()] as [string, string]] : []),
    [CONFIG, configTemplate({ generator })],
  ]
  const written: string[] = []
  for (const [name, text] of files) {
    await writeNew(path.join(cwd, name), text, name, written)
    written.push(name)
  }
  const next = generator ? 'npx genato dev, then open /hello/you.svg' : 'npx genato dev'
  reporter.result(`wrote ${written.join(' and ')}\nnext  ${next}`, { files: written })
}

async function writeNew(file: string, text: string, name: string, written: string[]): Promise<void> {
  try {
    await writeFile(file, text, { flag: 'wx' })
  } catch (error) {
    const before = written.length === 0 ? '' : ` (${written.join(', ')} was written)`
    if (systemCode(error) === 'EEXIST')
      throw usageError(
        'FILE_EXISTS',
        `There is a ${name} already${before}.`,
        'Move it away first, or go on with it: genato init overwrites nothing.',
      )
    throw new GenatoError('FOLDER_UNWRITABLE', `${name} can't be written: ${messageOf(error)}.`, {
      hint: 'Run it in a folder that can be written.',
      cause: error,
    })
  }
}
