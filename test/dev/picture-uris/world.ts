import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import sharp from 'sharp'
import { vi } from 'vitest'
import type { RequestLine } from '../../../handler/shared/log.js'
import { loadSettings } from '../../../src/config/load.js'
import type { Served } from '../../../src/local/cloudfront/viewer/served.js'
import type { Objects, ReadableObjects } from '../../../src/objects/object-store.js'
import { animation } from '../../support/pictures.js'
import { runningBelow } from '../../support/load/processes.js'

/** The content of files that no viewer may see. */
export const MARKER = 'this lies outside of the mount'

/** In the metadata of photographs, which renditions lose. */
export const PLACE = 'taken where nobody should know'

/** What the image function asked of the local S3, in order: `GET originals any/tom.jpg`. */
const asked: string[] = []

vi.mock(import('../../../src/local/lambda/function-store.js'), async (original) => {
  const real = await original()
  return {
    ...real,
    startRoleStore: async (buckets, ...rest) =>
      real.startRoleStore(
        new Map([...buckets].map(([name, objects]) => [name, recorded(name, objects)])),
        ...rest,
      ),
  }
})

function recorded(bucket: string, objects: Objects | ReadableObjects): Objects | ReadableObjects {
  const name = bucket.replace(/^genato-|-\d+$/g, '')
  return new Proxy(objects, {
    get(target, property, self) {
      const value: unknown = Reflect.get(target, property, self)
      if (typeof value !== 'function') return value
      return (key: string, ...rest: unknown[]) => {
        asked.push(`${String(property)} ${name} ${key}`)
        return (value as (...given: unknown[]) => unknown).call(target, key, ...rest)
      }
    },
  })
}

const LIMITS = { side: 300, bytes: 2_000_000, pixels: 4_000_000, frames: 50 }

/** One mount of each kind. `narrow` is a part of the originals of `wide`. */
export const MOUNTS = {
  any: { allow: 'any', limits: LIMITS },
  fast: { allow: 'any', fresh: 'purge', limits: LIMITS },
  wide: { allow: 'any', prefix: 'wide/', limits: LIMITS },
  narrow: { allow: 'any', prefix: 'wide/narrow/', asIs: true, limits: LIMITS },
  signed: { allow: 'signed', asIs: true, limits: LIMITS },
  closed: { allow: 'signed', fresh: 'purge', limits: LIMITS },
  listed: { allow: ['40x30,webp', '20x,auto'], limits: LIMITS },
  raw: { allow: 'any', asIs: true, limits: LIMITS },
  seen: { allow: 'any', moderate: { action: 'refuse' }, limits: LIMITS },
} as const

/** Keys of originals that every mount has. */
export const KEYS = [
  'tom.jpg',
  'cats/tom.jpg',
  'a b+c,é~.jpg',
  'logo.png',
  'moving.gif',
  'drawn.svg',
] as const

export interface World {
  home: string
  port: number
  /** Keys that sign, base64url. */
  keys: { current: string }
  /** Takes what was asked of the local S3 since the last time. */
  takeAsked(): string[]
  /** Takes the log's lines since the last time. */
  takeLines(): RequestLine[]
  /** Takes what was served since the last time. */
  takeServed(): Served[]
  warnings: readonly string[]
  /** The processes that run the packages. */
  functions(): number[]
  put(mount: string, key: string, bytes: Buffer | string): void
  end(): Promise<void>
}

/** Starts what `genato dev` starts, in this process, so that the local S3 can be watched. */
export async function startWorld(mounts: object = MOUNTS): Promise<World> {
  const home = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'genato-picture-uris-')))
  const put = (mount: string, key: string, bytes: Buffer | string) => {
    const folder = mount === 'narrow' ? 'wide/narrow' : mount
    const file = path.join(home, '.genato/originals', folder, key)
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, bytes)
  }
  writeFileSync(path.join(home, 'genato.config.json'), JSON.stringify({ originals: { mounts } }))
  writeFileSync(path.join(home, 'outside.txt'), MARKER)
  writeFileSync(path.join(home, 'labels.json'), '{ "default": { "labels": [{ "name": "Violence" }] } }')
  const pictures = await originals()
  for (const mount of Object.keys(mounts)) {
    for (const [key, bytes] of pictures) put(mount, key, bytes)
    put(mount, '.env', MARKER)
    put(mount, 'notes.txt', MARKER)
    put(mount, '.git/config', MARKER)
  }
  const { startDev } = await import('../../../src/dev/dev.js')
  const lines: RequestLine[] = []
  const served: Served[] = []
  const warnings: string[] = []
  const step = { update() {}, done() {}, failed() {} }
  const server = await startDev({
    loadSettings: async () => loadSettings(home),
    host: '127.0.0.1',
    port: 0,
    data: path.join(home, '.genato/images'),
    originals: new Map(),
    rekognition: path.join(home, 'labels.json'),
    reporter: {
      step: () => step,
      warn: (message) => void warnings.push(message),
      result() {},
      bytes() {},
      bytesAreShown: false,
      event() {},
      error: (error) => void warnings.push(String(error)),
      close() {},
    },
    onServed: (one) => void served.push(one),
    onFunctionLine(line) {
      try {
        lines.push(JSON.parse(line) as RequestLine)
      } catch {
        warnings.push(line)
      }
    },
    onRebuilt() {},
    onRebuildFailed: (error) => void warnings.push(String(error)),
  })
  const signing = path.join(home, '.genato/signing.json')
  return {
    home,
    port: server.port,
    keys: JSON.parse(readFileSync(signing, 'utf8')) as { current: string },
    takeAsked: () => asked.splice(0),
    takeLines: () => lines.splice(0),
    takeServed: () => served.splice(0),
    warnings,
    functions: () => runningBelow(process.pid, 'function-child.js'),
    put,
    async end() {
      await server.close()
      rmSync(home, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}

async function originals(): Promise<[key: string, bytes: Buffer][]> {
  const create = { width: 60, height: 45, channels: 3, background: '#c22' } as const
  const photo = await sharp({ create })
    .withExif({ IFD0: { Copyright: PLACE } })
    .jpeg()
    .toBuffer()
  const frames = [0, 1, 2].map((shade) => Buffer.alloc(30 * 20 * 3, shade * 90))
  const bytes = {
    'tom.jpg': photo,
    'cats/tom.jpg': photo,
    'a b+c,é~.jpg': photo,
    'logo.png': await sharp({ create: { ...create, channels: 4 } })
      .png()
      .toBuffer(),
    'moving.gif': await animation('gif', 30, 20, frames),
    'drawn.svg': Buffer.from(
      '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="45"><rect width="9" height="9"/></svg>',
    ),
  } satisfies Record<(typeof KEYS)[number], Buffer>
  return Object.entries(bytes)
}
