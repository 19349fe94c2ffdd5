// @ts-check
import { copyFile, cp, mkdir, rename, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { buildPackage } from '../lib/package.js'
import { benchFile, ROOT } from '../lib/places.js'

/** What is done to the built-in generator, by when sharp is to be loaded. */
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
 * @property {string} [store] a module of this folder, in the place of handler/shared/s3/store.ts.
 * @property {keyof typeof WARM} [warm] when sharp is loaded, if it is not once the look-up is on its way,
 * as the handler does: only when the image is made, or early, before there is a connection.
 */

/**
 * Builds the package with a copy of the tool whose handler is changed in one thing.
 * @param {string} folder where the copy goes. Clients that it needs are in a node_modules above it.
 * @param {Variant} variant
 * @returns {Promise<string>} where the package is unpacked.
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
