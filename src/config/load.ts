import { existsSync } from 'node:fs'
import path from 'node:path'
import { normalizeText } from '../../handler/shared/grammar/image.js'
import { usageError } from '../lib/errors.js'
import { readablePath } from '../lib/readable-path.js'
import { checkConfig } from './check.js'
import { readMounts } from './mounts.js'
import { readConfig } from './read-config.js'
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
  /** For commands that show or remove a stack: accept bucket names that only an older genato deployed. */
  deployedBefore?: boolean
}

/**
 * Reads the configuration, fills in the defaults, and makes its paths absolute.
 * @throws GenatoError NO_CONFIG, TWO_CONFIGS, BAD_CONFIG
 */
export async function loadSettings(cwd: string, overrides: Overrides = {}): Promise<Settings> {
  const file = findConfig(cwd, overrides.config)
  const read = file ? await readConfig(file) : { value: {}, inputs: [] }
  const source = file ? readablePath(file, cwd) : 'the defaults'
  const config = checkConfig(read.value, source)
  if (overrides.stack !== undefined) checkConfig({ stack: overrides.stack }, '--stack or GENATO_STACK')
  const settings = fillIn(
    { ...config, ...(overrides.stack === undefined ? {} : { stack: overrides.stack }) },
    {
      root: file ? path.dirname(file) : cwd,
      configFile: file,
      configInputs: read.inputs,
    },
    source,
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

/** Memory that libvips uses for the largest image, measured with AVIF, which needs the most: MB, and bytes per pixel. */
const MEMORY = { base: 80, pixel: 22 }

/** @throws GenatoError BAD_CONFIG where a single URL could exhaust the built-in generator's memory. */
function refuseTooLittleMemory({ generate: { generator, limits, memory } }: Settings): void {
  const needed = Math.ceil(MEMORY.base + (MEMORY.pixel * limits.side ** 2) / 1024 ** 2)
  if (generator !== undefined || memory >= needed) return
  throw usageError(
    'BAD_CONFIG',
    `An image of generate.limits.side ${limits.side} needs up to ${needed} MB, but generate.memory is ${memory}.`,
    'Raise generate.memory, or lower generate.limits.side.',
  )
}

/** @throws GenatoError BAD_CONFIG where CloudFront could not reach a bucket by https. */
function refuseDots({ generate, originals, packages, configFile }: Settings): void {
  const buckets: Record<string, string | undefined> = {
    'generate.bucket': generate.bucket,
    'packages.bucket': packages.bucket,
  }
  for (const { name, bucket } of originals.mounts) buckets[`originals.mounts.${name}.bucket`] = bucket
  for (const [setting, name] of Object.entries(buckets)) {
    if (name?.includes('.') !== true) continue
    throw usageError(
      'BAD_CONFIG',
      `${path.basename(configFile ?? 'the configuration')}: ${setting} must not have a dot (got ${JSON.stringify(name)}).`,
      "S3's certificate is for *.s3.us-east-1.amazonaws.com, and * matches no dots: CloudFront can't read from that bucket. Use another bucket. genato status and genato cleanup still accept this name, for a stack that has it.",
    )
  }
}

function fillIn(
  config: Config,
  place: Pick<Settings, 'root' | 'configFile' | 'configInputs'>,
  source: string,
): Settings {
  const { generate = {}, originals = {}, packages = {}, domain = {}, logs = {} } = config
  const absolute = (file: string | undefined) =>
    file === undefined ? undefined : path.resolve(place.root, file)
  return {
    ...place,
    stack: config.stack ?? 'genato',
    generate: {
      generator: absolute(generate.generator),
      assets: generate.assets ?? [],
      text: normalizeText(generate.text ?? 'Hello World'),
      font: absolute(generate.font),
      limits: { side: 4096, text: 200, path: 1024, ...generate.limits },
      bucket: generate.bucket,
      files: generate.files,
      access: generate.access ?? 'private',
      expireAfterDays: generate.expireAfterDays ?? 90,
      memory: generate.memory ?? 1769,
      timeout: generate.timeout ?? 30,
      runtime: generate.runtime ?? 'nodejs24.x',
      runtimeFixed: generate.runtime !== undefined,
    },
    originals: {
      memory: originals.memory ?? 1769,
      timeout: originals.timeout ?? 30,
      mounts: readMounts(originals.mounts ?? {}, source),
    },
    packages: { bucket: packages.bucket },
    domain: {
      // CloudFront returns aliases in lower case.
      aliases: domain.aliases?.map((alias) => alias.toLowerCase()),
      certificate: domain.certificate,
      priceClass: domain.priceClass,
    },
    logs: { retentionDays: logs.retentionDays },
    permissionsBoundary: config.permissionsBoundary,
  }
}
