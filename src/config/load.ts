import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { normalizeText } from '../../handler/shared/grammar/image.js'
import { GenatoError, messageOf, systemCode, usageError } from '../lib/errors.js'
import { formatMessage, isBuildFailure } from '../lib/esbuild-errors.js'
import { packageRoot } from '../lib/package-root.js'
import { readablePath } from '../lib/readable-path.js'
import { checkConfig } from './schema.js'
import type { Config, Settings } from './types.js'

export const CONFIG_FILES = [
  'genato.config.ts',
  'genato.config.js',
  'genato.config.mjs',
  'genato.config.json',
]

export interface Overrides {
  /** `--config`: a file, relative to the working directory. */
  config?: string | undefined
  /** `--stack` or `GENATO_STACK`. */
  stack?: string | undefined
  /** For a stack that is there: what an older genato took is read, so that it can be looked at and removed. */
  deployedBefore?: boolean
}

/**
 * Reads the configuration, fills in what it leaves out, and makes its paths absolute.
 * @throws GenatoError NO_CONFIG, TWO_CONFIGS, BAD_CONFIG
 */
export async function loadSettings(cwd: string, overrides: Overrides = {}): Promise<Settings> {
  const file = findConfig(cwd, overrides.config)
  const loaded = file ? await readConfig(file) : { value: {}, inputs: [] }
  const config = checkConfig(loaded.value, file ? readablePath(file, cwd) : 'the defaults')
  if (overrides.stack !== undefined) checkConfig({ stack: overrides.stack }, '--stack or GENATO_STACK')
  const settings = fillIn(
    { ...config, ...(overrides.stack === undefined ? {} : { stack: overrides.stack }) },
    {
      root: file ? path.dirname(file) : cwd,
      configFile: file,
      configInputs: loaded.inputs,
    },
  )
  refuseTooLittleMemory(settings)
  if (overrides.deployedBefore !== true) refuseDots(settings)
  return settings
}

function findConfig(cwd: string, asked: string | undefined): string | undefined {
  if (asked !== undefined) {
    const file = path.resolve(cwd, asked)
    if (!existsSync(file))
      throw usageError('NO_CONFIG', `There is no configuration file ${asked}.`, '--config takes its path.')
    if (!CONFIG_FILES.some((name) => path.extname(name) === path.extname(file)))
      throw usageError(
        'BAD_CONFIG',
        `${asked} can't be read.`,
        'A configuration is a .ts, .js, .mjs or .json file.',
      )
    return file
  }
  const found = CONFIG_FILES.filter((name) => existsSync(path.join(cwd, name)))
  if (found.length > 1)
    throw usageError(
      'TWO_CONFIGS',
      `There are ${found.join(' and ')}.`,
      'Keep one, or name one with --config.',
    )
  return found[0] === undefined ? undefined : path.join(cwd, found[0])
}

interface Loaded {
  value: unknown
  inputs: string[]
}

async function readConfig(file: string): Promise<Loaded> {
  return path.extname(file) === '.json' ? readJson(file) : readModule(file)
}

async function readJson(file: string): Promise<Loaded> {
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

async function readModule(file: string): Promise<Loaded> {
  const name = path.basename(file)
  const { code, inputs } = await bundle(file)
  let module: { default?: unknown }
  try {
    // The bundle has no file of its own, so nothing is left behind when the process is killed.
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

/** What libvips takes for the largest image, measured for AVIF, the hungriest: MB, and bytes a pixel. */
const MEMORY = { base: 80, pixel: 22 }

/** @throws GenatoError BAD_CONFIG where one URL could end the built-in generator's process. */
function refuseTooLittleMemory({ generate: { generator, limits, memory } }: Settings): void {
  const needed = Math.ceil(MEMORY.base + (MEMORY.pixel * limits.side ** 2) / 1024 ** 2)
  if (generator !== undefined || memory >= needed) return
  throw usageError(
    'BAD_CONFIG',
    `An image of limits.side ${limits.side} takes up to ${needed} MB, and memory is ${memory}.`,
    'Raise memory, or lower limits.side.',
  )
}

/** @throws GenatoError BAD_CONFIG where CloudFront could not reach a bucket by https. */
function refuseDots({ generate, packages, configFile }: Settings): void {
  const buckets = { images: generate.bucket, packages: packages.bucket }
  for (const [key, name] of Object.entries(buckets)) {
    if (name?.includes('.') !== true) continue
    throw usageError(
      'BAD_CONFIG',
      `${path.basename(configFile ?? 'the configuration')}: buckets.${key} must not have a dot, and is ${JSON.stringify(name)}.`,
      "S3's certificate is for *.s3.us-east-1.amazonaws.com, and the * stands for no dots: CloudFront can't read from that bucket. Name another one. genato status and genato cleanup still take this name, for a stack that has it.",
    )
  }
}

function fillIn(config: Config, place: Pick<Settings, 'root' | 'configFile' | 'configInputs'>): Settings {
  const absolute = (file: string | undefined) =>
    file === undefined ? undefined : path.resolve(place.root, file)
  return {
    ...place,
    stack: config.stack ?? 'genato',
    generate: {
      generator: absolute(config.generator),
      assets: config.assets ?? [],
      text: normalizeText(config.text ?? 'Hello World'),
      font: absolute(config.font),
      limits: { side: 4096, text: 200, path: 1024, ...config.limits },
      bucket: config.buckets?.images,
      files: config.files,
      access: config.access ?? 'private',
      expireAfterDays: config.expireImagesAfterDays ?? 90,
      memory: config.memory ?? 1769,
      timeout: config.timeout ?? 30,
      runtime: config.runtime ?? 'nodejs24.x',
      runtimeFixed: config.runtime !== undefined,
    },
    packages: { bucket: config.buckets?.packages },
    domain: {
      // As CloudFront gives them back.
      aliases: config.aliases?.map((alias) => alias.toLowerCase()),
      certificate: config.certificate,
      priceClass: config.priceClass,
    },
    logs: { retentionDays: config.logs?.retentionDays },
    permissionsBoundary: config.permissionsBoundary,
  }
}
