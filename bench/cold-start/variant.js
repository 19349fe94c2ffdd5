// @ts-check
import { copyFile, cp, mkdir, rename, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { buildPackage } from '../lib/package.js'
import { benchFile, ROOT } from '../lib/places.js'

/** Changes to the built-in generator, by when they load sharp. */
const WARM = {
  never: 'delete generator.warm',
  early: `const { parse, warm } = generator
let begun = false
delete generator.warm
generator.parse = (path) => {
  if (!begun) setImmediate(warm)
  begun = true
  return parse(path)
}`,
}

/**
 * @typedef {object} Variant of the function.
 * @property {string} [store] a module of this folder that replaces handler/shared/s3/store.ts.
 * @property {keyof typeof WARM} [warm] when sharp is loaded: only when the image is generated, or early, before the
 * connection. Left out: like the handler, once the lookup was sent.
 */

/**
 * Builds the package with a copy of the tool whose handler has one change.
 * @param {string} folder for the copy. Clients that it needs are in a node_modules above it.
 * @param {Variant} variant
 * @returns {Promise<string>} the folder of the unpacked package.
 */
export async function buildVariant(folder, { store, warm }) {
  const tool = path.join(folder, 'tool')
  await mkdir(tool, { recursive: true })
  for (const part of ['bin', 'dist', 'handler', 'package.json'])
    await cp(path.join(ROOT, part), path.join(tool, part), { recursive: true })
  await symlink(path.join(ROOT, 'node_modules'), path.join(tool, 'node_modules'), 'junction')
  if (store)
    await copyFile(benchFile(`cold-start/${store}`), path.join(tool, 'handler', 'shared', 's3', 'store.ts'))
  if (warm) await changeGenerator(path.join(tool, 'handler', 'shared', 'image'), WARM[warm])
  return (await buildPackage(folder, tool)).folder
}

/** @param {string} folder handler/shared/image/ @param {string} change */
async function changeGenerator(folder, change) {
  await rename(path.join(folder, 'builtin.ts'), path.join(folder, 'unchanged.ts'))
  const code = `import { builtinGenerator as make } from './unchanged.js'
export function builtinGenerator(options) {
  const generator = make(options)
  ${change}
  return generator
}
`
  await writeFile(path.join(folder, 'builtin.ts'), code)
}
