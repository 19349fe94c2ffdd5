import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { randomUUID } from 'node:crypto'
import { GenatoError, messageOf } from '../lib/errors.js'
import type { FunctionPackage } from './build.js'
import { FILE_MODE } from './package-file.js'
import { markUsed } from '../lib/last-used.js'

/** A package that was built here, or one without a source map. */
export type Unpackable = Pick<FunctionPackage, 'files' | 'digest'> & Partial<Pick<FunctionPackage, 'map'>>

/**
 * Unpacks the package below `folder` to run it on this machine, once for each digest. On another platform
 * than Lambda's, it gets this machine's native code of the same sharp version.
 * @returns the package's folder.
 * @throws GenatoError FOLDER_UNWRITABLE, NO_NATIVE_CODE
 */
export async function unpackForHost(built: Unpackable, folder: string): Promise<string> {
  const target = await unpack(built, folder)
  // Written each time, because other sources may give the same code. Without it, stack traces are only less
  // clear.
  if (built.map !== undefined)
    await writeFile(path.join(target, 'index.js.map'), built.map).catch(() => undefined)
  return target
}

async function unpack({ digest, files }: Unpackable, folder: string): Promise<string> {
  const target = path.join(folder, digest.slice(0, 16))
  if (await markUsed(target)) return target
  const partial = `${target}.${randomUUID()}`
  try {
    const native = hostNatives()
    for (const file of files) {
      if (native && file.path.startsWith('node_modules/')) continue
      const place = path.join(partial, ...file.path.split('/'))
      await mkdir(path.dirname(place), { recursive: true })
      await writeFile(place, file.bytes, { mode: FILE_MODE })
    }
    if (native) {
      await mkdir(path.join(partial, 'node_modules'), { recursive: true })
      await symlink(native, path.join(partial, 'node_modules', '@img'), 'junction')
    }
    await rename(partial, target)
    return target
  } catch (error) {
    await rm(partial, { recursive: true, force: true })
    // Another run has just unpacked the same package.
    if (await markUsed(target)) return target
    if (error instanceof GenatoError) throw error
    throw new GenatoError(
      'FOLDER_UNWRITABLE',
      `The package can't be unpacked to ${folder}: ${messageOf(error)}.`,
      {
        hint: 'Run genato in a writable folder.',
        cause: error,
      },
    )
  }
}

/**
 * The folder of sharp's native code for this machine; `undefined` if the package's own runs here, on Linux
 * with x86-64 and glibc, where npm installs it.
 */
function hostNatives(): string | undefined {
  const sharp = createRequire(createRequire(import.meta.url).resolve('sharp'))
  const find = (name: string) => {
    try {
      return sharp.resolve(`${name}/package`)
    } catch {
      return undefined
    }
  }
  if (process.platform === 'linux' && process.arch === 'x64' && find('@img/sharp-linux-x64')) return undefined
  const libc = process.platform === 'linux' && find(`@img/sharp-linuxmusl-${process.arch}`) ? 'musl' : ''
  const name = `@img/sharp-${process.platform}${libc}-${process.arch}`
  const found = find(name)
  if (found === undefined)
    throw new GenatoError(
      'NO_NATIVE_CODE',
      `sharp has no native code for this machine: ${name} is not installed.`,
      {
        hint: 'Install genato again with optional dependencies, as npm does by default.',
      },
    )
  return path.dirname(path.dirname(found))
}
