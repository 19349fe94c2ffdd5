import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { GenatoError, messageOf, systemCode, usageError } from '../lib/errors.js'
import { formatMessage, isBuildFailure } from '../lib/esbuild-errors.js'
import { packageRoot } from '../lib/package-root.js'

export interface ReadConfig {
  /** The default export, or the JSON value. Not checked yet. */
  value: unknown
  /** The files that it was read from, absolute. */
  inputs: string[]
}

/** @throws GenatoError BAD_CONFIG */
export async function readConfig(file: string): Promise<ReadConfig> {
  return path.extname(file) === '.json' ? readJson(file) : readModule(file)
}

async function readJson(file: string): Promise<ReadConfig> {
  const name = path.basename(file)
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new GenatoError('BAD_CONFIG', `${name} can't be read: ${systemCode(cause) ?? messageOf(cause)}.`, {
      cause,
    })
  })
  try {
    return { value: JSON.parse(text) as unknown, inputs: [file] }
  } catch (cause) {
    throw usageError('BAD_CONFIG', `${name} is not JSON: ${messageOf(cause)}.`)
  }
}

async function readModule(file: string): Promise<ReadConfig> {
  const name = path.basename(file)
  const { code, inputs } = await bundle(file)
  let module: { default?: unknown }
  try {
    // A data URL instead of a file: a killed process leaves nothing behind.
    module = (await import(
      `data:text/javascript;base64,${Buffer.from(code).toString('base64')}`
    )) as typeof module
  } catch (cause) {
    throw new GenatoError('BAD_CONFIG', `${name} failed: ${messageOf(cause)}`, { cause, exitCode: 2 })
  }
  if (module.default === undefined)
    throw usageError(
      'BAD_CONFIG',
      `${name} has no default export.`,
      'Write: export default defineConfig({ … })',
    )
  return { value: module.default, inputs }
}

async function bundle(file: string): Promise<{ code: string; inputs: string[] }> {
  const { build } = await import('esbuild')
  const root = path.dirname(file)
  try {
    const result = await build({
      absWorkingDir: root,
      entryPoints: [file],
      bundle: true,
      write: false,
      metafile: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      logLevel: 'silent',
      alias: { genato: path.join(packageRoot(), 'dist', 'index.js') },
      define: {
        'import.meta.url': JSON.stringify(pathToFileURL(file).href),
        'import.meta.dirname': JSON.stringify(root),
        'import.meta.filename': JSON.stringify(file),
      },
    })
    const inputs = Object.keys(result.metafile.inputs).map((input) => path.resolve(root, input))
    return {
      code: result.outputFiles[0]?.text ?? '',
      inputs: inputs.filter((input) => !input.startsWith(packageRoot() + path.sep + 'dist')),
    }
  } catch (cause) {
    if (!isBuildFailure(cause)) throw cause
    const [first] = cause.errors
    throw usageError('BAD_CONFIG', first ? formatMessage(first) : messageOf(cause))
  }
}
