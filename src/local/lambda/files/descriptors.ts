import fs from 'node:fs'
import { limit } from './refusal.js'

/**
 * Calls that Node's permission model refuses for every descriptor, and the ones that do the same by path.
 * Source: Node.js's lib/fs.js, "API is disabled when Permission Model is enabled".
 */
const BY_PATH = { fchmod: 'chmod', fchown: 'chown', futimes: 'utimes' }
/** It refuses these too. They have no effect here, because the process's files are removed with it. */
const FLUSHES = ['fsync', 'fdatasync']

type Method = (this: unknown, ...args: unknown[]) => unknown
type Methods = Record<string, Method>

/** Makes these calls work as on Lambda. Their paths decide whether the function may write. */
export function mendDescriptors(): void {
  const methods = fs as unknown as Methods
  for (const [name, other] of Object.entries(BY_PATH)) {
    methods[`${name}Sync`] = (fd, ...rest) => methods[`${other}Sync`]?.(pathOf(fd, name), ...rest)
    methods[name] = (fd, ...rest) => {
      const done = rest.at(-1) as Method
      try {
        return methods[other]?.(pathOf(fd, name), ...rest)
      } catch (error) {
        return process.nextTick(done, error)
      }
    }
  }
  for (const name of FLUSHES) {
    methods[`${name}Sync`] = (fd) => void fs.fstatSync(fd as number)
    methods[name] = (fd, done) => fs.fstat(fd as number, (error) => (done as Method)(error))
  }
}

let mended = false

/** Does the same for every FileHandle. Node doesn't export the class, so it takes the first handle. */
export function mendHandle(handle: fs.promises.FileHandle): void {
  if (mended) return
  mended = true
  const methods = Object.getPrototypeOf(handle) as Record<string, unknown>
  const byPath = fs.promises as unknown as Methods
  for (const [name, other] of Object.entries(BY_PATH))
    methods[other] = async function (this: fs.promises.FileHandle, ...args: unknown[]) {
      return byPath[other]?.(pathOf(this.fd, name), ...args)
    }
  for (const name of ['sync', 'datasync'])
    methods[name] = async function (this: fs.promises.FileHandle) {
      await this.stat()
    }
}

/** Linux knows the path of a descriptor. For an invalid one, fstat throws Node's own error. */
function pathOf(fd: unknown, name: string): string {
  if (process.platform === 'linux') {
    fs.fstatSync(fd as number)
    return fs.readlinkSync(`/proc/self/fd/${String(fd)}`)
  }
  const place = { stack: '' }
  Error.captureStackTrace(place, pathOf)
  throw limit(`fs.${name}`, place)
}
