import { isNamed } from '../aws/errors.js'
import { GenatoError } from '../lib/errors.js'
import type { Tags } from './tags.js'

/**
 * A tag of the function: `<used>/<refused>`. Lambda@Edge may support a new runtime later than Lambda does. As long
 * as genato's default is the refused runtime, the used one is kept. A version of genato with another default tries
 * that one.
 */
const RUNTIME_TAG = 'genato:runtime'

export interface RuntimeSettings {
  runtime: string
  /** The configuration names it. */
  runtimeFixed: boolean
}

/** The runtime that the function has to have. */
export function runtimeOf({ runtime, runtimeFixed }: RuntimeSettings, tags: Tags = {}): string {
  const [used, refused] = (tags[RUNTIME_TAG] ?? '').split('/')
  return !runtimeFixed && used && refused === runtime ? used : runtime
}

/** The tag that notes a refused runtime. */
export function runtimeTags({ runtime }: RuntimeSettings, used: string): Tags {
  return used === runtime ? {} : { [RUNTIME_TAG]: `${used}/${runtime}` }
}

/** @returns the Node.js runtimes that AWS accepts, if the error says that it doesn't accept this one. */
function supportedRuntimes(error: unknown): string[] | undefined {
  const cause = error instanceof GenatoError ? error.cause : error
  if (!(cause instanceof Error)) return undefined
  const list =
    (isNamed(cause, 'InvalidLambdaFunctionAssociation') &&
      /runtime that is not supported by Lambda@Edge.*?Supported runtimes: \[([^\]]*)\]/s.exec(
        cause.message,
      )) ||
    (isNamed(cause, 'InvalidParameterValueException', 'ValidationException') &&
      /at 'runtime' failed to satisfy constraint.*?enum value set: \[([^\]]*)\]/s.exec(cause.message))
  return list ? (list[1]?.match(/nodejs\d+\.x/g) ?? []) : undefined
}

/**
 * The newest runtime that AWS accepts instead of a refused one.
 * @throws GenatoError RUNTIME_REFUSED if the configuration names the runtime; any other error unchanged.
 */
export function otherRuntime(error: unknown, used: string, { runtimeFixed }: RuntimeSettings): string {
  const supported = supportedRuntimes(error)
  if (!supported) throw error
  const number = (name: string) => Number(/\d+/.exec(name)?.[0])
  const [newest] = supported.filter((one) => one !== used).sort((a, b) => number(b) - number(a))
  if (newest !== undefined && !runtimeFixed) return newest
  throw new GenatoError('RUNTIME_REFUSED', `AWS does not run functions with ${used} at the edge.`, {
    hint: `It runs ${supported.join(', ') || 'none of Node.js'}: set generate.runtime to one of these in the configuration, or leave it out.`,
    cause: error,
  })
}
