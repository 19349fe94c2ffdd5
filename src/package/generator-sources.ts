import { createHash } from 'node:crypto'
import { readFile, realpath } from 'node:fs/promises'
import path from 'node:path'
import type { Metafile } from 'esbuild'

/** The version of a generator whose sources are its version. */
const AUTO = /(['"`])auto\1/

export interface SourcesOptions {
  /** As esbuild names the generator's module. */
  generator: string
  /** The configuration's folder, which esbuild's names are relative to. */
  root: string
  /**
   * Whether a file is genato's own or sharp's. It is left out, with everything that only such files import.
   */
  leftOut: (file: string) => boolean
}

/**
 * A digest of a generator's modules, including npm packages: 64 hex digits, the same in every folder and on
 * every machine. It changes with each comment and would then publish a version, so it is made on request
 * only:
 * @returns `undefined` unless one of the user's own modules says `'auto'`.
 */
export async function generatorSources(
  inputs: Metafile['inputs'],
  { generator, root, leftOut }: SourcesOptions,
): Promise<string | undefined> {
  // esbuild's names are relative to the real folder, even if the configuration's folder is a link.
  const home = await realpath(root)
  const sources = await Promise.all(
    reachable(inputs, generator, (input) => leftOut(path.resolve(home, input))).map(async (input) => {
      // Modules that are not files, such as `<data:…>`, have their content in the name.
      if (/^[<(]/.test(input)) return { name: input, content: Buffer.alloc(0) }
      const file = await realpath(path.resolve(home, input))
      return { name: nameOf(path.relative(home, file)), content: await contentOf(file) }
    }),
  )
  if (!sources.some(({ name, content }) => !isPackage(name) && AUTO.test(content.toString())))
    return undefined
  const lines = sources.map(({ name, content }) => `${name}\0${sha256(content)}\n`)
  return sha256(lines.sort().join(''))
}

function reachable(inputs: Metafile['inputs'], first: string, leftOut: (input: string) => boolean): string[] {
  const found = new Set<string>()
  const add = (input: string): void => {
    if (found.has(input) || leftOut(input)) return
    found.add(input)
    for (const imported of inputs[input]?.imports ?? []) if (!imported.external) add(imported.path)
  }
  add(first)
  return [...found]
}

const MODULES = 'node_modules/'

/** Without the folders before node_modules: where npm puts a package differs from machine to machine. */
function nameOf(relative: string): string {
  const name = relative.split(path.sep).join('/')
  const at = name.lastIndexOf(MODULES)
  return at === -1 ? name : name.slice(at)
}

function isPackage(name: string): boolean {
  return name.startsWith(MODULES)
}

async function contentOf(file: string): Promise<Buffer> {
  const content = await readFile(file)
  // Git checks out CRLF on Windows. JavaScript reads it like LF, even in template literals.
  return /\.(?:[cm]?[jt]sx?|json)$/.test(file)
    ? Buffer.from(content.toString('utf8').replaceAll('\r\n', '\n'))
    : content
}

function sha256(content: Buffer | string): string {
  return createHash('sha256').update(content).digest('hex')
}
