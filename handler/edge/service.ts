import { createHash } from 'node:crypto'
import path from 'node:path'
import { IMAGE_CACHE_CONTROL } from './answers.js'
import type { Generator, Image, Logger } from '../shared/contract.js'
import type { Detail, Explanation } from '../shared/explanation.js'
import type { EdgeRequest, EdgeResponse, LambdaContext, OriginRequestEvent } from './edge-event.js'
import { checkImage } from '../shared/image/check.js'
import { explainError, generatorLogger } from '../shared/log.js'
import { originRequestHandler } from './origin-request.js'
import { packageFiles, type Baked, type PackageFiles } from '../shared/package-files.js'
import { isBadRequest, route, suggestion } from './route.js'
import { storeOpener } from '../shared/s3/store.js'

/** The exports of the package. Lambda calls `handler`, and the genato tool calls the others. */
export interface PackageExports {
  handler: (event: OriginRequestEvent, context: LambdaContext) => Promise<EdgeRequest | EdgeResponse>
  /** Part of the object keys. It changes with everything that affects pixels. */
  generation: string
  /** Changes when cached images become outdated: with the pixels or the headers. */
  cached: string
  explain: (path: string) => Explanation
  /** The generator's examples, or an empty list. */
  examples: readonly string[]
  /**
   * Generates one image without a store.
   * @returns `undefined` if the path is not an image's.
   * @throws BadRequest, or whatever the generator throws.
   */
  render: (path: string, timeoutMs: number) => Promise<Image | undefined>
}

/**
 * @param make creates the generator. The built-in generator needs the package's files for that.
 * @param root the package's folder.
 */
export function createService<P>(
  make: (files: PackageFiles) => Generator<P>,
  baked: Baked,
  root: string,
): PackageExports {
  // Lambda has no fontconfig: without this, text that is drawn without a font file becomes boxes.
  process.env['FONTCONFIG_FILE'] = path.join(root, 'fonts', 'fonts.conf')
  const files = packageFiles(root, baked)
  const coverage = { lacking: (text: string) => files.font().lacking(text) }
  const generator = make(files)
  checkGenerator(generator)
  const generation = digest([versionOf(generator, baked), baked.rendering])
  const handler = originRequestHandler({
    generator,
    generation,
    files,
    coverage,
    serves: baked.files,
    openStore: storeOpener(process.env),
    warm: once((log: Logger) => {
      // A failure here fails again in `generate`, which answers it.
      Promise.resolve()
        .then(() => generator.warm?.())
        .catch((error: unknown) => log.error('warm failed', { error: explainError(error) }))
    }),
    region: process.env['AWS_REGION'],
  })
  /** A canonical path must mean its own image. Otherwise one image is stored again and again under new keys. */
  const strayed = (canonicalPath: string, key: string): string | undefined => {
    const again = routeAgain(canonicalPath)
    return again?.kind === 'image' && again.canonicalPath === canonicalPath && again.key === key
      ? undefined
      : `The generator's format gives ${canonicalPath}, and its parse does not read that as the same image.`
  }
  const routeAgain = (path: string) => {
    try {
      return route(generator, generation, coverage, path)
    } catch {
      return undefined
    }
  }
  return {
    handler,
    generation,
    cached: digest([generation, IMAGE_CACHE_CONTROL]),
    explain(pathOrFile) {
      try {
        const meaning = route(generator, generation, coverage, pathOrFile)
        if (meaning.kind === 'file') {
          const meant = suggestion(generator, pathOrFile)
          return meant === undefined ? meaning : { ...meaning, suggestion: meant }
        }
        if (meaning.kind !== 'image') return meaning
        const { canonicalPath, key, params } = meaning
        const warning = strayed(canonicalPath, key)
        const details = plain(generator.describe?.(params) ?? { parameters: params })
        return {
          kind: 'image',
          canonicalPath,
          key,
          details,
          headers: { 'Cache-Control': IMAGE_CACHE_CONTROL },
          ...(warning === undefined ? {} : { warning }),
        }
      } catch (error) {
        if (!isBadRequest(error)) throw error
        return { kind: 'rejected', code: error.code, message: error.message }
      }
    },
    examples: generator.examples ?? [],
    async render(imagePath, timeoutMs) {
      const meaning = route(generator, generation, coverage, imagePath)
      if (meaning.kind !== 'image') return undefined
      const image: unknown = await generator.generate(meaning.params, {
        ...files.context,
        store: { get: async () => undefined, put: async () => undefined },
        log: generatorLogger('render'),
        deadline: Date.now() + timeoutMs,
        signal: AbortSignal.timeout(timeoutMs),
      })
      checkImage(image)
      return image
    },
  }
}

/** Reduces details to plain JSON, because they cross to another process. A generator's parameters may be anything. */
function plain(details: object): Record<string, Detail> {
  return JSON.parse(JSON.stringify(details)) as Record<string, Detail>
}

/** @throws a TypeError that names what is missing in the module's default export. */
function checkGenerator(generator: unknown): asserts generator is Generator {
  const found = generator as Partial<Generator> | null | undefined
  if (typeof found !== 'object' || found === null)
    throw new TypeError(
      'The generator module has no default export that is a generator: write export default defineGenerator({ … }).',
    )
  for (const name of ['parse', 'format', 'generate'] as const)
    if (typeof found[name] !== 'function') throw new TypeError(`The generator has no ${name} function.`)
  if (typeof found.version !== 'string' || found.version === '')
    throw new TypeError("The generator has no version: a string, such as '1'.")
  const { examples = [] }: { examples?: unknown } = found
  if (
    !Array.isArray(examples) ||
    !examples.every((example) => typeof example === 'string' && example[0] === '/')
  )
    throw new TypeError("The generator's examples are not a list of paths, such as ['/hello/you.svg'].")
}

/** @throws a TypeError if the build found no `'auto'` in the user's modules, and so computed no digest of them. */
function versionOf({ version }: Generator, { sources }: Baked): string {
  if (version !== 'auto') return version
  if (sources === undefined)
    throw new TypeError(
      "The generator's version is 'auto', but no module of the project says so: write version: 'auto' in the project, not in an npm package.",
    )
  return `auto ${sources}`
}

function digest(parts: string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 12)
}

function once<A>(run: (argument: A) => void): (argument: A) => void {
  let done = false
  return (argument) => {
    if (done) return
    done = true
    run(argument)
  }
}
