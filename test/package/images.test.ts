import path from 'node:path'
import sharp from 'sharp'
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { renditionKey } from '../../handler/shared/pictures/key.js'
import { loadSettings } from '../../src/config/load.js'
import { originalsBucket, renditionsBucket } from '../../src/config/names.js'
import type { Settings } from '../../src/config/types.js'
import { createRunner } from '../../src/local/lambda/runner.js'
import { startRoleStore } from '../../src/local/lambda/function-store.js'
import { openFunctionUrl, type UrlAnswer } from '../../src/local/lambda/function-url.js'
import { imagesFunction } from '../../src/local/lambda/function-of.js'
import { reservedEnvironment } from '../../src/local/lambda/environment.js'
import { openObjectFolder } from '../../src/objects/folder.js'
import { buildPackage, type FunctionPackage } from '../../src/package/build.js'
import { unpackForHost } from '../../src/package/unpack.js'
import { imageFunctionGrants } from '../../templates/images-role.js'
import { photo } from '../support/images.js'
import { operations } from '../support/operations.js'
import { project, sharedFolder, tempFolder } from '../support/project.js'
import { genato } from '../support/cli.js'

const CONFIG = `import { defineConfig } from 'genato'
export default defineConfig({ originals: { mounts: { photos: { allow: 'any', asIs: true } } } })
`
const QUIET = { step: () => ({ done: () => undefined, failed: () => undefined }), warn: () => undefined }

describe('the images package', () => {
  const folder = sharedFolder()
  let settings: Settings
  let built: FunctionPackage
  beforeAll(async () => {
    settings = await loadSettings(project({ 'genato.config.ts': CONFIG }, folder))
    built = await buildPackage(settings, QUIET as never, 'images')
  })

  /** The package in the local Lambda, with the rights of its role. */
  async function run() {
    const fn = imagesFunction(settings)
    const [originals, renditions] = await Promise.all([
      openObjectFolder(tempFolder()),
      openObjectFolder(tempFolder()),
    ])
    const names = { originals: originalsBucket(settings.stack), renditions: renditionsBucket(settings.stack) }
    const warnings: string[] = []
    const store = await startRoleStore(
      new Map([
        [names.originals, originals],
        [names.renditions, renditions],
      ]),
      Object.values(imageFunctionGrants([{ bucket: names.originals, prefix: 'photos/' }], names.renditions)),
      { warn: (text) => void warnings.push(text) },
    )
    const lines: string[] = []
    const unpacked = await unpackForHost(built, path.join(folder, 'run'))
    const runner = createRunner({
      folder: unpacked,
      temp: path.join(tempFolder(), 'tmp'),
      memory: fn.memory,
      timeoutMs: fn.timeout * 1000,
      env: reservedEnvironment(fn, { folder: unpacked, ...store.access }),
      onLine: (line) => void lines.push(line),
    })
    onTestFinished(async () => {
      await runner.stop()
      await store.close()
    })
    const url = openFunctionUrl(() => runner, fn)
    const [mount] = settings.originals.mounts
    const get = async (key: string, asked: Parameters<typeof operations>[0] | 'as-is', method = 'GET') =>
      url.fetch({
        method,
        path: `/${renditionKey({ generation: mount?.generation ?? '', mount: 'photos', key }, asked === 'as-is' ? asked : operations(asked))}`,
        headers: { host: url.domain },
        sourceIp: '203.0.113.1',
      })
    return { get, originals, renditions, lines, warnings, runner }
  }

  const put = { contentType: 'application/octet-stream' }
  const WEBP = { width: 40, format: { kind: 'fixed', format: 'webp' } } as const

  it('answers through a function URL that streams: made, then found', async () => {
    const { get, originals, lines, warnings } = await run()
    await originals.put('photos/a b/tom.jpg', { ...put, body: await photo('red') })
    const made: UrlAnswer = await get('a b/tom.jpg', WEBP)
    expect(made).toMatchObject({
      status: 200,
      headers: { 'content-type': 'image/webp', 'cache-control': 'public, max-age=3600, s-maxage=60' },
    })
    expect(await sharp(made.body).metadata()).toMatchObject({ format: 'webp', width: 40, height: 40 })
    const found = await get('a b/tom.jpg', WEBP)
    expect(found).toMatchObject({
      status: 200,
      headers: { etag: made.headers['etag'], 'cache-control': 'public, max-age=3600, s-maxage=86400' },
      body: made.body,
    })
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { outcome: 'made', path: '/photos/40x,webp/a%20b/tom.jpg' },
      { outcome: 'found' },
    ])
    expect(warnings).toEqual([])
  })

  it('stores one object when several processes make the same at once', async () => {
    const { get, originals, renditions, lines } = await run()
    await originals.put('photos/tom.jpg', { ...put, body: await photo('red', 1_000) })
    const answers = await Promise.all(Array.from({ length: 4 }, async () => get('tom.jpg', WEBP)))
    expect(new Set(answers.map(({ status, headers }) => `${status} ${headers['etag']}`)).size).toBe(1)
    expect(answers[0]?.status).toBe(200)
    expect(await renditions.list('photos/')).toHaveLength(1)
    expect(lines.filter((line) => line.includes('"made"'))).toHaveLength(1)
  })

  it('answers HEAD, errors and originals as they are stored', async () => {
    const { get, originals } = await run()
    const original = await photo('red')
    await originals.put('photos/tom.jpg', { ...put, body: original })
    await originals.put('secret/tom.jpg', { ...put, body: original })
    expect(await get('tom.jpg', WEBP, 'HEAD')).toMatchObject({ status: 200, body: Buffer.alloc(0) })
    expect(await get('tom.jpg', 'as-is')).toMatchObject({ status: 200, body: original })
    expect(await get('none.jpg', WEBP)).toMatchObject({
      status: 404,
      body: Buffer.from('NOT_FOUND: There is no picture "none.jpg" in photos.\n'),
    })
  })

  it('says what is missing when it is deployed without its variables', async () => {
    const fn = { ...imagesFunction(settings), variables: {} }
    const unpacked = await unpackForHost(built, path.join(folder, 'run'))
    const lines: string[] = []
    const runner = createRunner({
      folder: unpacked,
      temp: path.join(tempFolder(), 'tmp'),
      memory: fn.memory,
      timeoutMs: 5_000,
      env: reservedEnvironment(fn, {
        folder: unpacked,
        endpoint: 'http://127.0.0.1:9',
        credentials: { accessKeyId: 'A', secretAccessKey: 'B', sessionToken: 'C' },
      }),
      onLine: (line) => void lines.push(line),
    })
    onTestFinished(async () => runner.stop())
    const url = openFunctionUrl(() => runner, fn)
    const [mount] = settings.originals.mounts
    const key = renditionKey(
      { generation: mount?.generation ?? '', mount: 'photos', key: 'a' },
      operations(WEBP),
    )
    const { status } = await url.fetch({ method: 'GET', path: `/${key}`, headers: {}, sourceIp: '::1' })
    expect(status).toBe(500)
    // The line comes through a pipe of its own, and may come after the response.
    await vi.waitFor(() => expect(lines.join('\n')).toContain('GENATO_RENDITIONS is not set'))
  })

  it('looks for faces with the detector that it brings', async () => {
    const { get, originals } = await run()
    await originals.put('photos/tom.jpg', { ...put, body: await photo('red') })
    const { status, body } = await get('tom.jpg', { width: 40, format: { kind: 'json' } })
    expect({ status, facts: JSON.parse(body.toString()) as unknown }).toMatchObject({
      status: 200,
      facts: { faces: [], width: 64 },
    })
  })

  it('explains paths, and renders bytes that it is given', async () => {
    const { runner } = await run()
    expect(await runner.call('explain', '/photos/40X,WebP,q=80/tom.jpg')).toMatchObject({
      kind: 'image',
      canonicalPath: '/photos/40x,webp/tom.jpg',
      details: { mount: 'photos', original: 'tom.jpg' },
    })
    const rendered = (await runner.call('render', '/photos/40x,webp/tom.jpg', await photo('red'), 5_000)) as {
      body: Buffer
      contentType: string
    }
    expect(rendered.contentType).toBe('image/webp')
    expect(await sharp(rendered.body).metadata()).toMatchObject({ format: 'webp', width: 40 })
    await expect(runner.call('render', '/photos/40x/tom.jpg', Buffer.from('x'), 5_000)).rejects.toMatchObject(
      {
        code: 'NOT_A_PICTURE',
      },
    )
  })

  it('is built from the command line, the same in two folders, without fonts', async () => {
    const results = await Promise.all(
      [project({ 'genato.config.ts': CONFIG }), project({ 'genato.config.ts': CONFIG })].map(async (cwd) => {
        const ran = await genato(['package', 'images', '--json'], cwd)
        expect(ran).toMatchObject({ code: 0, stderr: '' })
        return JSON.parse(ran.stdout.trim().split('\n').at(-1) ?? '') as {
          bytes: number
          contentDigest: string
        }
      }),
    )
    expect(results[0]?.contentDigest).toBe(results[1]?.contentDigest)
    expect(results[0]?.contentDigest).toBe(built.digest)
    expect(results[0]?.bytes).toBeLessThanOrEqual(9_000_000)
    const names = built.files.map((file) => file.path)
    expect(names).not.toContainEqual(expect.stringMatching(/fonts|\.ttf$/))
    const text = built.files.find((file) => file.path === 'index.js')?.bytes.toString() ?? ''
    expect(text).not.toContain(folder)
  })
})
