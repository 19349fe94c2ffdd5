import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import type { BuildResult, Message, Metafile, Plugin } from 'esbuild'
import { messageOf, usageError, type GenatoError } from '../lib/errors.js'
import { formatMessage, isBuildFailure } from '../lib/esbuild-errors.js'
import { packageRoot } from '../lib/package-root.js'
import { generatorSources } from './generator-sources.js'
import { GENERATOR } from './generator-import.js'

export interface BundleOptions {
  /** The text of the module to bundle, with these values baked in: `PackageDescription.entry`. */
  entry: (generator: string | undefined, baked: object) => string
  /** The generator's module, absolute; `undefined` for the built-in one. */
  generator: string | undefined
  /** The configuration's folder. */
  root: string
  baked: object
}

export interface Bundle {
  code: string
  /** The source map. It names paths of this machine, and never leaves it. */
  map: string
  /** The user's source files that it was bundled from, absolute. */
  inputs: string[]
}

/**
 * Bundles a function with its generator into one CommonJS file, which starts faster than ES modules.
 * @throws GenatoError BAD_GENERATOR with the place in the source.
 */
export async function bundleFunction({ entry, generator, root, baked }: BundleOptions): Promise<Bundle> {
  if (generator && !existsSync(generator))
    throw usageError(
      'BAD_GENERATOR',
      `generate.generator: there is no file ${path.relative(root, generator)}.`,
      'The path is relative to the configuration file.',
    )
  try {
    let result = await build(entry(generator, baked), generator, root)
    const sources = await sourcesOf(result.metafile, root)
    // The first bundle tells which files the digest covers; the second has that digest baked in.
    if (sources !== undefined) result = await build(entry(generator, { ...baked, sources }), generator, root)
    const inputs = Object.keys(result.metafile.inputs)
      .filter((input) => !input.startsWith('<') && !/(^|\/)node_modules\//.test(input))
      .map((input) => path.resolve(root, input))
      .filter(
        (input) =>
          !input.startsWith(handlerFolder() + path.sep) && input !== path.join(root, 'genato-entry.ts'),
      )
    const output = (ending: string) =>
      result.outputFiles.find((file) => file.path.endsWith(ending))?.text ?? ''
    return { code: output('index.js'), map: output('index.js.map'), inputs }
  } catch (error) {
    throw isBuildFailure(error) ? badGenerator(error.errors, generator ?? '') : error
  }
}

type Built = BuildResult<{ metafile: true; write: false }>

async function build(contents: string, generator: string | undefined, root: string): Promise<Built> {
  const esbuild = await import('esbuild')
  return esbuild.build({
    absWorkingDir: root,
    stdin: {
      contents,
      resolveDir: handlerFolder(),
      sourcefile: 'genato-entry.ts',
      loader: 'ts',
    },
    bundle: true,
    write: false,
    outfile: 'index.js',
    sourcemap: 'linked',
    sourceRoot: root + path.sep,
    metafile: true,
    minify: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['@img/sharp-*'],
    plugins: [resolver(generator)],
    logLevel: 'silent',
    logOverride: { 'empty-import-meta': 'error' },
  })
}

/** The digest that `version: 'auto'` stands for; `undefined` if the generator has another version. */
async function sourcesOf({ inputs }: Metafile, root: string): Promise<string | undefined> {
  const generator = Object.values(inputs)
    .flatMap(({ imports }) => imports)
    .find(({ original }) => original === GENERATOR)?.path
  if (generator === undefined) return undefined
  const sharp = path.dirname(createRequire(import.meta.url).resolve('sharp'))
  const leftOut = [handlerFolder(), sharp].map((folder) => folder + path.sep)
  return generatorSources(inputs, {
    generator,
    root,
    leftOut: (file) => leftOut.some((folder) => file.startsWith(folder)),
  })
}

function handlerFolder(): string {
  return path.join(packageRoot(), 'handler')
}

/**
 * A generator needs nothing installed: `genato` and `sharp` resolve to genato's own, whose native code is
 * packed.
 */
function resolver(generator: string | undefined): Plugin {
  const require = createRequire(import.meta.url)
  return {
    name: 'genato',
    setup(build) {
      build.onResolve({ filter: /^genato$/ }, () => ({
        path: path.join(handlerFolder(), 'shared', 'public.ts'),
      }))
      build.onResolve({ filter: /^genato:generator$/ }, () => (generator ? { path: generator } : undefined))
      build.onResolve({ filter: /^(genato\/)?sharp$/ }, () => ({ path: require.resolve('sharp') }))
      // sharp first looks for a native build made from source. The package never has one, and esbuild can't
      // bundle the pattern of its path.
      build.onLoad({ filter: /[\\/]sharp[\\/]dist[\\/]sharp\.cjs$/ }, async ({ path: file }) => {
        const source = await readFile(file, 'utf8')
        return {
          contents: source.replace(/require\(`\.\.\/src\/build\/Release\/[^`]*`\)/g, 'undefined'),
          loader: 'js',
        }
      })
    },
  }
}

function badGenerator(errors: Message[], generator: string): GenatoError {
  const [first] = errors
  if (!first) return usageError('BAD_GENERATOR', 'The generator could not be bundled.')
  const place = formatMessage({ ...first, text: '' }).replace(/: $/, '')
  if (/top-level await/i.test(first.text))
    return usageError(
      'BAD_GENERATOR',
      `${place}: a generator can't use top-level await, because its package is loaded synchronously.`,
      'Await inside generate or warm. Read files with context.asset(name).',
    )
  if (first.id === 'empty-import-meta' || /import\.meta/.test(first.text))
    return usageError(
      'BAD_GENERATOR',
      `${place}: a generator can't use import.meta, because it is bundled and has no file in the package.`,
      'List the file in generate.assets, and read it with context.asset(name).',
    )
  if (/No loader is configured for "\.node"/.test(first.text))
    return usageError(
      'BAD_GENERATOR',
      `${place}: a generator can't bring its own native code.`,
      'Import sharp, which the package has.',
    )
  if (/^No matching export in .* for import "default"/.test(first.text))
    return usageError(
      'BAD_GENERATOR',
      `${path.basename(generator)} has no default export.`,
      'Write: export default defineGenerator({ … })',
    )
  return usageError('BAD_GENERATOR', formatMessage(first) || messageOf(first))
}
