import fs, { realpathSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import path from 'node:path'
import { mendDescriptors, mendHandle } from './files/descriptors.js'
import { limit, refusal, type Place } from './files/refusal.js'
import { keepStreamsOpen, streamOf, toStream } from './files/streams.js'
import { WRITERS, written } from './files/writers.js'

type Method = (this: unknown, ...args: unknown[]) => unknown
type Form = 'sync' | 'callback' | 'promise'
/** Whether the call may write the file, where Node's permission model allows more than Lambda does. */
type MayWrite = (name: string, file: string) => boolean

/**
 * Makes a write that Node's permission model refuses fail as on Lambda: with EROFS, which code may handle,
 * and with a sentence that explains Lambda's file system.
 * @param folder the package's. It is read-only on Lambda, so it is here too, even below /tmp.
 * @param temp the process's temporary folder.
 */
export function refuseAsLambda(folder: string, temp: string): void {
  const [packaged, own, system] = [folder, temp, '/tmp'].map(isInside)
  const mayWrite: MayWrite = (name, file) =>
    own?.(file) === true ||
    // The model refuses every symlink, whatever its place.
    (!packaged?.(file) && (name !== 'symlink' || system?.(file) === true))
  for (const name of Object.keys(WRITERS)) {
    wrap(fs, name, 'callback', mayWrite)
    wrap(fs, name, 'sync', mayWrite)
    wrap(fs.promises, name, 'promise', mayWrite)
  }
  keepStreamsOpen()
  mendDescriptors()
  syncBuiltinESMExports()
}

function isInside(folder: string): (file: string) => boolean {
  let real = folder
  try {
    real = realpathSync(folder)
  } catch {
    // The folder doesn't exist.
  }
  return (file) =>
    [folder, real].some((root) => {
      const way = path.relative(root, file)
      return way !== '..' && !way.startsWith(`..${path.sep}`) && !path.isAbsolute(way)
    })
}

function wrap(owner: object, name: string, form: Form, mayWrite: MayWrite): void {
  const methods = owner as Record<string, Method | undefined>
  const method = form === 'sync' ? `${name}Sync` : name
  const write = methods[method]
  if (!write) return
  methods[method] = function refusing(this: unknown, ...args: unknown[]) {
    // Captured here: when a promise is rejected, the caller is no longer on the stack.
    const place = { stack: '' }
    Error.captureStackTrace(place, refusing)
    const last = args.at(-1)
    const done = form === 'callback' && typeof last === 'function' ? (last as Method) : undefined
    const translate = (error: unknown) => asLambda(error, name, args, place)
    const stream = streamOf(args[0])
    if (stream !== undefined) {
      if (name === 'open' && form === 'sync') return stream
      if (name === 'open' && done) return process.nextTick(done, null, stream)
      if (form === 'promise' && name !== 'open') return toStream(stream, args)
      if (name.endsWith('File')) args[0] = stream
    }
    const refused = written(name, args).find((file) => !mayWrite(name, file))
    if (refused !== undefined) return settle(refusal(name, args, refused, place), form, done)
    const passed = done ? [...args.slice(0, -1), calledBackWith(translate, done)] : args
    try {
      const result = write.apply(this, passed)
      return result instanceof Promise ? translated(result, translate, name) : result
    } catch (error) {
      if (!isDenied(error)) throw error
      return settle(translate(error), form, done)
    }
  }
}

/** Where its model refuses, Node calls back before the call has returned. Every other error comes later. */
function calledBackWith(translate: (error: unknown) => unknown, done: Method): Method {
  return (error, ...rest) => {
    if (isDenied(error)) process.nextTick(done, translate(error) ?? null)
    else done(error, ...rest)
  }
}

async function translated(
  result: Promise<unknown>,
  translate: (error: unknown) => unknown,
  name: string,
): Promise<unknown> {
  try {
    const value = await result
    if (name === 'open') mendHandle(value as fs.promises.FileHandle)
    return value
  } catch (error) {
    const cause = translate(error)
    if (cause === undefined) return undefined
    throw cause
  }
}

/** Ends a call in its own form: by a callback, a rejected promise or a thrown error. */
function settle(wrong: unknown, form: Form, done: Method | undefined): unknown {
  if (done) return process.nextTick(done, wrong ?? null)
  const end = () => {
    if (wrong !== undefined) throw wrong as Error
  }
  return form === 'promise' ? (async () => end())() : end()
}

function isDenied(error: unknown): error is Error & { permission?: string; resource?: string } {
  return error instanceof Error && 'code' in error && error.code === 'ERR_ACCESS_DENIED'
}

/** @returns `undefined` where the call would have had nothing to do on Lambda. */
function asLambda(error: unknown, name: string, args: readonly unknown[], place: Place): unknown {
  if (!isDenied(error)) return error
  if (error.permission === 'FileSystemWrite')
    return refusal(name, args, error.resource || (written(name, args).at(-1) ?? ''), place)
  return error.permission ? error : limit(`fs.${name}`, place)
}
