import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

/** What writes, with the name that the system has for it. */
const WRITERS: Record<string, string> = {
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
  open: 'open',
  rename: 'rename',
  rm: 'rm',
  rmdir: 'rmdir',
  truncate: 'open',
  unlink: 'unlink',
  utimes: 'utime',
  writeFile: 'open',
}

type Writer = (this: unknown, ...args: unknown[]) => unknown

/**
 * Makes a write that Node's permission model refuses fail as it fails on Lambda: with EROFS, so that code
 * which handles that meets it here, and with a sentence for who doesn't know Lambda's file system.
 */
export function refuseAsLambda(): void {
  for (const [name, call] of Object.entries(WRITERS)) {
    wrap(fs, name, call)
    wrap(fs, `${name}Sync`, call)
    wrap(fs.promises, name, call)
  }
  syncBuiltinESMExports()
}

function wrap(owner: object, name: string, call: string): void {
  const methods = owner as Record<string, Writer | undefined>
  const write = methods[name]
  if (!write) return
  methods[name] = function refusing(this: unknown, ...args: unknown[]) {
    // Taken here, because a promise is rejected when the caller is not on the stack any more.
    const place = { stack: '' }
    Error.captureStackTrace(place, refusing)
    const told = (error: unknown) => asLambda(error, call, place)
    const done = args.at(-1)
    if (typeof done === 'function' && !name.endsWith('Sync'))
      args[args.length - 1] = (error: unknown, ...rest: unknown[]) =>
        (done as Writer)(error && told(error), ...rest)
    try {
      const result = write.apply(this, args)
      if (!(result instanceof Promise)) return result
      return result.catch((error: unknown) => {
        throw told(error)
      })
    } catch (error) {
      throw told(error)
    }
  }
}

function asLambda(error: unknown, syscall: string, place: { stack: string }): unknown {
  if (!(error instanceof Error)) return error
  const { code, permission, resource } = error as { code?: string; permission?: string; resource?: string }
  if (code !== 'ERR_ACCESS_DENIED' || permission !== 'FileSystemWrite') return error
  const message = `EROFS: read-only file system, ${syscall} '${resource}': Lambda's file system is read-only but for /tmp (os.tmpdir() here)`
  const refused = Object.assign(new Error(message), { errno: -30, code: 'EROFS', syscall, path: resource })
  refused.stack = place.stack.replace(/^.*/, `Error: ${message}`)
  return refused
}
