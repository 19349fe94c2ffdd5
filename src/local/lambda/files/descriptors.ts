import fs from 'node:fs'
import { limit } from './refusal.js'

/**
 * What Node's permission model refuses for every descriptor, and what does the same by a path.
 * Source: Node.js's lib/fs.js, "API is disabled when Permission Model is enabled".
 */
const BY_PATH = { fchmod: 'chmod', fchown: 'chown', futimes: 'utimes' }
/** These it refuses as well. Nothing that the function writes is there after the process: there is nothing to do. */
const FLUSHES = ['fsync', 'fdatasync']

type Method = (this: unknown, ...args: unknown[]) => unknown
type Methods = Record<string, Method>

/** Lets the function do with its descriptors what Lambda does; what it may write is looked at by the path. */
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

/** Does the same for every FileHandle, once there is one: Node exports no class of them. */
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

/** Linux tells the path of a descriptor; who has none is told what is wrong by Node. */
function pathOf(fd: unknown, name: string): string {
  if (process.platform === 'linux') {
    fs.fstatSync(fd as number)
    return fs.readlinkSync(`/proc/self/fd/${String(fd)}`)
  }
  const place = { stack: '' }
  Error.captureStackTrace(place, pathOf)
  throw limit(`fs.${name}`, place)
}
