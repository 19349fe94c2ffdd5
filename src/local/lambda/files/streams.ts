import fs from 'node:fs'
import { promisify } from 'node:util'

const STREAMS: Record<string, number> = { '/dev/stdout': 1, '/dev/stderr': 2 }

/**
 * The descriptor of a standard stream's path. Node connects child processes by sockets, and Linux doesn't
 * open sockets by path.
 */
export function streamOf(file: unknown): number | undefined {
  return process.platform === 'win32' ? undefined : STREAMS[String(file)]
}

const write = promisify(fs.writeFile)

/** For `promises.writeFile` and `promises.appendFile`, which accept no descriptor. */
export async function toStream(stream: number, [, data, options]: unknown[]): Promise<void> {
  await write(stream, data as string, options as fs.WriteFileOptions)
}

/** Code that opened `/dev/stdout` closes it. Here that would close the process's only one. */
export function keepStreamsOpen(): void {
  const { close, closeSync } = fs
  const isStream = (fd: number) => Object.values(STREAMS).includes(fd)
  fs.close = Object.assign(
    (fd: number, done?: fs.NoParamCallback) => {
      if (!isStream(fd)) close(fd, done)
      else if (done) process.nextTick(done, null)
    },
    { __promisify__: close.__promisify__ },
  )
  fs.closeSync = (fd) => {
    if (!isStream(fd)) closeSync(fd)
  }
}
