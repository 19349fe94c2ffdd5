import path from 'node:path'
import type { Mount } from '../../handler/shared/pictures/mount.js'
import { readOperationsKey } from '../../handler/shared/pictures/key.js'
import { canonicalOperations } from '../../handler/shared/pictures/path.js'
import { usageError } from '../lib/errors.js'
import { packageRoot } from '../lib/package-root.js'

/** CloudFront's limit for a function's code, in bytes. It can't be raised. */
export const LARGEST_GATE = 10_240

/** What a gate needs to know of a mount. */
export type GateMount = Pick<Mount, 'name' | 'generation' | 'allow' | 'asIs'> & {
  readonly limits: Pick<Mount['limits'], 'side'>
}

export interface GateOptions {
  readonly mounts: readonly GateMount[]
  /** The signing keys, base64url: the current one, and the previous one if there is one. */
  readonly keys: readonly string[]
}

/**
 * The code of the mounts' viewer-request function, for the runtime `cloudfront-js-2.0`. The keys are in it.
 * @throws GenatoError GATE_TOO_LARGE
 */
export async function gateCode({ mounts, keys }: GateOptions): Promise<string> {
  const table = Object.fromEntries(mounts.map((mount) => [mount.name, row(mount)]))
  const code = await compile('gate.js', { MOUNTS: table, KEYS: keys })
  refuseLarge(code, mounts)
  return code
}

export interface GenerateGateOptions extends GateOptions {
  /** Whether the stack generates images. */
  readonly on: boolean
  readonly signed: boolean
}

/** The code of the default behaviour's viewer-request function. */
export async function generateGateCode({ mounts, keys, on, signed }: GenerateGateOptions): Promise<string> {
  const names = Object.fromEntries(mounts.map(({ name }) => [name, 1]))
  return compile('gate-generate.js', { MOUNTS: names, KEYS: keys, GENERATE: { on, signed } })
}

/** As `mountNamed` in handler/gate/gate.js reads it. Names of fields would cost bytes for each mount. */
function row({ generation, limits, asIs, allow }: GateMount): readonly (string | number)[] {
  const rule = allow === 'any' ? 0 : allow === 'signed' ? 1 : allow.map(viewerSpelling).join(' ')
  return [generation, limits.side, asIs ? 1 : 0, rule]
}

/** The gate compares, and names to viewers, what is written in URLs. */
function viewerSpelling(key: string): string {
  const operations = readOperationsKey(key)
  if (operations === undefined) throw new Error(`${key} is not the key of operations.`)
  return canonicalOperations(operations)
}

/**
 * Bundles the source of a gate, which stays as it is written but for comments, white space and the names of local
 * variables. esbuild neither lowers nor shortens syntax, so what the tests check of the source holds for the result.
 */
async function compile(entry: string, globals: Record<string, unknown>): Promise<string> {
  const esbuild = await import('esbuild')
  const folder = path.join(packageRoot(), 'handler', 'gate')
  const { outputFiles } = await esbuild.build({
    absWorkingDir: folder,
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    target: 'esnext',
    charset: 'ascii',
    minifyWhitespace: true,
    legalComments: 'none',
    logLevel: 'silent',
  })
  const module = outputFiles.map(({ text }) => text).join('')
  const tables = Object.entries(globals).map(([name, value]) => `var ${name}=${JSON.stringify(value)};`)
  const { code } = await esbuild.transform(`var CRYPTO=require('crypto');${tables.join('')}${module}`, {
    charset: 'ascii',
    minifyWhitespace: true,
    minifyIdentifiers: true,
  })
  // CloudFront looks for a function of this name, and the runtime knows no exports.
  const script = code.replace(
    /export\{(\w+) as handler\};\s*$/,
    'function handler(event){return $1(event)}\n',
  )
  if (script === code) throw new Error(`${entry} exports something else than a handler.`)
  return script
}

function refuseLarge(code: string, mounts: readonly GateMount[]): void {
  const bytes = Buffer.byteLength(code)
  if (bytes <= LARGEST_GATE) return
  const over = `The gate would be ${bytes} bytes long, and CloudFront takes ${LARGEST_GATE}`
  const [longest] = mounts
    .flatMap(({ name, allow }) => (Array.isArray(allow) ? [{ name, allow }] : []))
    .sort((one, other) => other.allow.join().length - one.allow.join().length)
  throw longest === undefined
    ? usageError('GATE_TOO_LARGE', `${over}.`, 'Use fewer mounts, or shorter names.')
    : usageError(
        'GATE_TOO_LARGE',
        `${over}: the longest list is originals.mounts.${longest.name}.allow, with ${longest.allow.length} entries.`,
        `Shorten it, or write allow: 'signed', which needs no list.`,
      )
}
