import { lstatSync, statSync } from 'node:fs'
import path from 'node:path'
import { fileOf, opening, WRITERS } from './writers.js'

/** libuv's numbers and messages on Linux. */
const CODES = {
  EROFS: [-30, 'read-only file system'],
  EEXIST: [-17, 'file already exists'],
  ENOENT: [-2, 'no such file or directory'],
  EISDIR: [-21, 'illegal operation on a directory'],
} as const

export interface Place {
  stack: string
}

/**
 * The error of a write on a read-only file system, as on Lambda; `undefined` if the write would have had
 * nothing to do.
 */
export function refusal(
  name: string,
  args: readonly unknown[],
  file: string,
  place: Place,
): Error | undefined {
  const code = verdict(name, args, file)
  return code === 'done' ? undefined : refused(code, WRITERS[name] ?? name, file, place)
}

/** An error for calls that Lambda allows and this process can't make. */
export function limit(call: string, place: Place): Error {
  const message = `${call} is refused by Node's permission model, which keeps the file system read-only here. This is a limit of the local edge, not of Lambda`
  const error = Object.assign(new Error(message), { code: 'ERR_ACCESS_DENIED', syscall: call })
  error.stack = place.stack.replace(/^.*/, () => `Error: ${message}`)
  return error
}

function refused(code: keyof typeof CODES, syscall: string, file: string, place: Place): Error {
  const [errno, words] = CODES[code]
  const hint = code === 'EROFS' ? ": Lambda's file system is read-only but for /tmp (os.tmpdir() here)" : ''
  const message = `${code}: ${words}, ${syscall} '${file}'${hint}`
  const error = Object.assign(new Error(message), { errno, code, syscall, path: file })
  error.stack = place.stack.replace(/^.*/, () => `Error: ${message}`)
  return error
}

/**
 * Linux checks some things before it checks whether the file system is read-only, and programs rely on that.
 * Each case was tried with Node 20 and 24 on a file system mounted read-only.
 */
function verdict(name: string, args: readonly unknown[], file: string): keyof typeof CODES | 'done' {
  const { recursive, force } = (args[1] ?? {}) as { recursive?: boolean; force?: boolean }
  switch (name) {
    case 'mkdir':
      if (exists(file)) return recursive && isFolder(file) ? 'done' : 'EEXIST'
      return recursive || hasParent(file) ? 'EROFS' : 'ENOENT'
    case 'rm':
      return exists(file) ? 'EROFS' : force ? 'done' : 'ENOENT'
    case 'open':
    case 'writeFile':
    case 'appendFile':
    case 'truncate': {
      const { creates, exclusive } = opening(name, args)
      if (!exists(file)) return creates && hasParent(file) ? 'EROFS' : 'ENOENT'
      return exclusive ? 'EEXIST' : isFolder(file) ? 'EISDIR' : 'EROFS'
    }
    case 'chmod':
    case 'chown':
    case 'lchown':
    case 'utimes':
    case 'lutimes':
      return exists(file) ? 'EROFS' : 'ENOENT'
    case 'copyFile':
    case 'cp':
      return exists(fileOf(args[0])) ? 'EROFS' : 'ENOENT'
    case 'link':
      return !exists(fileOf(args[0])) ? 'ENOENT' : exists(file) ? 'EEXIST' : 'EROFS'
    case 'symlink':
      return exists(file) ? 'EEXIST' : 'EROFS'
    case 'mkdtemp':
    case 'mkdtempDisposable':
      return hasParent(file) ? 'EROFS' : 'ENOENT'
    default:
      return 'EROFS'
  }
}

function exists(file: string): boolean {
  try {
    return lstatSync(file, { throwIfNoEntry: false }) !== undefined
  } catch {
    // For example, because a parent is not a folder.
    return false
  }
}

function isFolder(file: string): boolean {
  try {
    return statSync(file, { throwIfNoEntry: false })?.isDirectory() === true
  } catch {
    return false
  }
}

function hasParent(file: string): boolean {
  return isFolder(path.dirname(file))
}
