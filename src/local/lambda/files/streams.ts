import fs from 'node:fs'
import { promisify } from 'node:util'

const STREAMS: Record<string, number> = { '/dev/stdout': 1, '/dev/stderr': 2 }

/**
 * The descriptor that the path of a standard stream stands for. Here these are sockets, as Node makes them
 * for its processes, and Linux opens none of these by its path.
 */
export function streamOf(file: unknown): number | undefined {
  return process.platform === 'win32' ? undefined : STREAMS[String(file)]
}

const write = promisify(fs.writeFile)

/** `promises.writeFile` and `promises.appendFile`, which take no descriptor. */
export async function toStream(stream: number, [, data, options]: unknown[]): Promise<void> {
  await write(stream, data as string, options as fs.WriteFileOptions)
}

/** Who has opened `/dev/stdout` closes it, and would close the only one here. */
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
