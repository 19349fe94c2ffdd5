import { createHash } from 'node:crypto'
import { readFile, realpath } from 'node:fs/promises'
import path from 'node:path'
import type { Metafile } from 'esbuild'

/** What a generator says for its version when its sources are to be the version. */
const AUTO = /(['"`])auto\1/

export interface SourcesOptions {
  /** As esbuild names the generator's module. */
  generator: string
  /** The configuration's folder, which esbuild's names are relative to. */
  root: string
  /** Whether a file is genato's own or sharp's: such a one, and what only it imports, is left out. */
  leftOut: (file: string) => boolean
}

/**
 * A digest of the modules that a generator is made of, the npm packages' too: 64 hex digits, the same in every
 * folder and on every machine. It changes with each comment, and would publish a version for that:
 * @returns `undefined` unless a module of the user's own says `'auto'`.
 */
export async function generatorSources(
  inputs: Metafile['inputs'],
  { generator, root, leftOut }: SourcesOptions,
): Promise<string | undefined> {
  // esbuild's names start from the real folder, and lead to the generator itself through the link that its folder may be.
  const home = await realpath(root)
  const sources = await Promise.all(
    reachable(inputs, generator, (input) => leftOut(path.resolve(home, input))).map(async (input) => {
      // What is no file, such as `<data:…>`, is all in its name.
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

/** Where npm puts a package differs from machine to machine. */
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
  // Git gives Windows other ends of lines, which mean the same to JavaScript in template literals as well.
  return /\.(?:[cm]?[jt]sx?|json)$/.test(file)
    ? Buffer.from(content.toString('utf8').replaceAll('\r\n', '\n'))
    : content
}

function sha256(content: Buffer | string): string {
  return createHash('sha256').update(content).digest('hex')
}
