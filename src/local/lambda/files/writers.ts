import { constants } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * The calls of `node:fs` that write, with the name of the system call. A Node that lacks one skips it:
 * `mkdtempDisposable` came with 24.
 */
export const WRITERS: Record<string, string> = {
  appendFile: 'open',
  chmod: 'chmod',
  chown: 'chown',
  copyFile: 'copyfile',
  cp: 'cp',
  lchown: 'lchown',
  link: 'link',
  lutimes: 'lutime',
  mkdir: 'mkdir',
  mkdtemp: 'mkdtemp',
  mkdtempDisposable: 'mkdtemp',
  open: 'open',
  rename: 'rename',
  rm: 'rm',
  rmdir: 'rmdir',
  symlink: 'symlink',
  truncate: 'open',
  unlink: 'unlink',
  utimes: 'utime',
  writeFile: 'open',
}

const TARGET_SECOND = new Set(['copyFile', 'cp', 'link', 'symlink'])

/** The files that a call writes. Reads, descriptors and handles give none. */
export function written(name: string, args: readonly unknown[]): string[] {
  if (name === 'open' && !opening(name, args).writes) return []
  const named = name === 'rename' ? args.slice(0, 2) : [args[TARGET_SECOND.has(name) ? 1 : 0]]
  return named.filter(isPath).map((one) => fileOf(name.startsWith('mkdtemp') ? `${String(one)}XXXXXX` : one))
}

/** Node itself refuses anything else. */
function isPath(arg: unknown): arg is string | URL | Buffer {
  return typeof arg === 'string' || Buffer.isBuffer(arg) || (arg instanceof URL && arg.protocol === 'file:')
}

export function fileOf(named: unknown): string {
  return path.resolve(named instanceof URL ? fileURLToPath(named) : String(named))
}

interface Opening {
  writes: boolean
  creates: boolean
  exclusive: boolean
}

/** How a file is opened. Source: Node.js documentation, "File system flags". */
export function opening(name: string, args: readonly unknown[]): Opening {
  const flag = flagOf(name, args)
  if (typeof flag === 'number') {
    const has = (bits: number) => (flag & bits) !== 0
    const { O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_APPEND, O_EXCL } = constants
    return {
      writes: has(O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND),
      creates: has(O_CREAT),
      exclusive: has(O_EXCL),
    }
  }
  return { writes: /[wa+]/.test(flag), creates: /[wa]/.test(flag), exclusive: flag.includes('x') }
}

function flagOf(name: string, args: readonly unknown[]): string | number {
  const usual = { open: 'r', truncate: 'r+', appendFile: 'a' }[name] ?? 'w'
  const options = name === 'open' ? { flag: args[1] } : name === 'truncate' ? undefined : args[2]
  const { flag } = (typeof options === 'object' && options ? options : {}) as { flag?: unknown }
  return typeof flag === 'string' || typeof flag === 'number' ? flag : usual
}
