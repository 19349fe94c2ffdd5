import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import sharp from 'sharp'
import { expect, it } from 'vitest'
import { newRequestId, originRequestEvent } from '../../src/local/cloudfront/origin/origin-event.js'
import { reservedEnvironment } from '../../src/local/lambda/environment.js'
import { bucketDomain } from '../../src/config/names.js'
import { ACCOUNT, everything, IMAGES, NOTHING_LEFT, PACKAGES, somebody, useAws } from '../support/aws.js'
import { genato, startDevCli } from '../support/cli.js'
import { describeAws } from '../support/moto/moto.js'
import { generatorSource, GOOD_BODY, project } from '../support/project.js'

const GROUP = '/aws/lambda/us-east-1.genato-func'
const KEYS = { accessKeyId: 'test', secretAccessKey: 'test' }

function environment(endpoint: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: KEYS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/nowhere',
    AWS_SHARED_CREDENTIALS_FILE: '/nowhere',
  }
}

/** Runs in a process like Lambda's, and calls the handler with each event as a replica of the function does. */
const REPLICA = `
const [folder, arn, ...events] = process.argv.slice(1)
const { handler } = require(folder + '/index.js')
const context = { invokedFunctionArn: arn, getRemainingTimeInMillis: () => 28000 }
const run = async () => { for (const event of events) await handler(JSON.parse(event), context) }
run().then(() => process.exit(0))
`

/** The package's log lines for these paths, with the endpoint's S3. */
async function functionLines(folder: string, endpoint: string, paths: string[]): Promise<string[]> {
  const how = {
    name: 'genato-func',
    atEdge: true,
    region: 'us-east-1',
    memory: 1024,
    runtime: 'nodejs22.x',
    version: 1,
  }
  const origin = { domain: bucketDomain(IMAGES), path: '' }
  const events = paths.map((uri) => {
    const request = { method: 'GET', uri, clientIp: '127.0.0.1' }
    return JSON.stringify(originRequestEvent(request, origin, { requestId: newRequestId(), headers: {} }))
  })
  const env = {
    ...reservedEnvironment(how, { folder, endpoint, credentials: KEYS }),
    AWS_REGION: 'eu-central-1',
  }
  const arn = `arn:aws:lambda:eu-central-1:${ACCOUNT}:function:us-east-1.genato-func:1`
  const run = promisify(execFile)
  const { stdout } = await run(process.execPath, ['-e', REPLICA, folder, arn, ...events], { env })
  return stdout.trim().split('\n')
}

describeAws('genato, from deploy to cleanup', () => {
  const aws = useAws()
  const other = () => somebody(aws.moto.endpoint)
  const stored = async () => {
    const { Contents = [] } = await other().s3.listObjectsV2({ Bucket: IMAGES })
    return Contents.map(({ Key = '' }) => Key)
  }

  /** Creates a deployed project, and returns functions that run the CLI in it. */
  async function deployed(endpoint = aws.moto.endpoint, files: Record<string, string> = {}) {
    await aws.moto.settings({ distribution_reads: 0, invalidation_reads: 0 })
    const cwd = project(files)
    const env = environment(endpoint)
    const run = async (...args: string[]) => genato(args, cwd, env)
    const ran = await run('deploy', '--yes')
    expect(ran, ran.stderr).toMatchObject({ code: 0 })
    return { cwd, env, run, dev: async (...args: string[]) => startDevCli(cwd, ['--deployed', ...args], env) }
  }

  it('serves the live package, stores images in its bucket, shows its logs, and leaves nothing behind', async () => {
    const { cwd, run, dev } = await deployed()

    const server = await dev('--write')
    expect(server.said()).toMatch(/deployed {3}\w+ · version 1 · package [0-9a-f]{12}\n/)
    expect(server.said()).toContain(`writes to ${IMAGES} · Ctrl-C stops`)
    const answer = await fetch(`${server.url}/64x48,white,png`)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/png'])
    expect(await sharp(Buffer.from(await answer.arrayBuffer())).metadata()).toMatchObject({ width: 64 })
    expect((await fetch(`${server.url}/50,navy,svg`)).status).toBe(200)
    expect((await fetch(`${server.url}/64x48,whit`)).status).toBe(400)
    const keys = await stored()
    expect(keys).toEqual([
      expect.stringMatching(/^generated\/.*50.*navy.*svg/),
      expect.stringMatching(/^generated\/.*64x48.*white.*png/),
    ])
    const image = await other().s3.getObject({ Bucket: IMAGES, Key: keys[1] })
    expect(image).toMatchObject({
      ContentType: 'image/png',
      CacheControl: answer.headers.get('cache-control'),
      ETag: answer.headers.get('etag'),
    })
    // A stored image is served, and not replaced.
    await other().s3.putObject({ Bucket: IMAGES, Key: keys[0], Body: 'mine', ContentType: 'text/plain' })
    expect(await server.end()).toBe(0)
    const again = await dev('--write')
    expect(await (await fetch(`${again.url}/50,navy,svg`)).text()).toBe('mine')
    expect(await again.end()).toBe(0)
    expect(existsSync(path.join(cwd, '.genato', 'live'))).toBe(false)

    const digest = /package ([0-9a-f]{12})/.exec(server.said())?.[1] ?? ''
    const { Contents: [zip] = [] } = await other().s3.listObjectsV2({ Bucket: PACKAGES })
    const full = /([0-9a-f]{64})\.zip$/.exec(zip?.Key ?? '')?.[1] ?? ''
    expect(full.startsWith(digest)).toBe(true)
    const folder = path.join(cwd, '.genato', 'run', full.slice(0, 16))
    const lines = await functionLines(folder, aws.moto.endpoint, [
      '/20,teal,gif',
      '/64x48,white,png',
      '/whit',
    ])
    const { logs } = somebody(aws.moto.endpoint, { region: 'eu-central-1' })
    const stream = { logGroupName: GROUP, logStreamName: '2026/11/21/[1]abc' }
    await logs.createLogStream(stream)
    const timestamp = Date.now() - 1000
    await logs.putLogEvents({ ...stream, logEvents: lines.map((message) => ({ timestamp, message })) })
    const shown = await run('logs')
    expect(shown.code, shown.stderr).toBe(0)
    expect(shown.stdout.trim().split('\n')).toEqual([
      expect.stringMatching(/eu-central-1.*made.*20,teal,gif/),
      expect.stringMatching(/eu-central-1.*hit.*64x48,white,png/),
      expect.stringMatching(/eu-central-1.*(rejected|missing).*whit/),
    ])

    expect((await run('status')).code).toBe(0)
    const cleanup = await run('cleanup', '--yes')
    expect(cleanup.code, cleanup.stderr).toBe(0)
    expect(cleanup.stdout).toContain('Nothing is left of the stack genato.')
    expect(await everything(other())).toEqual(NOTHING_LEFT)
    expect((await logs.describeLogGroups({})).logGroups ?? []).toEqual([])
    expect((await run('status')).code).toBe(4)
    const gone = await run('dev', '--deployed')
    expect(gone.code).toBe(1)
    expect(gone.stderr).toContain('There is no distribution of the stack genato')
  }, 120_000)

  it('reads the live bucket, and keeps new images on this machine', async () => {
    const { cwd, dev, run } = await deployed(aws.proxy.endpoint)
    await other().s3.putObject({
      Bucket: IMAGES,
      Key: 'notes/a b.txt',
      Body: 'live',
      ContentType: 'text/plain',
      CacheControl: 'max-age=60',
    })
    aws.proxy.clear()
    const server = await dev()
    expect(server.said()).toMatch(
      /read-only · bucket genato-images-\d+ · .*\.genato\/live\/\w+ · Ctrl-C stops/,
    )
    const file = await fetch(`${server.url}/notes/a%20b.txt`)
    expect([file.status, await file.text()]).toEqual([200, 'live'])
    expect(file.headers.get('content-type')).toBe('text/plain')
    expect(file.headers.get('cache-control')).toBe('max-age=60')
    expect((await fetch(`${server.url}/nothing.txt`)).status).toBe(404)
    expect((await fetch(`${server.url}/64,teal`)).status).toBe(200)
    expect((await fetch(`${server.url}/64,teal`)).headers.get('x-cache')).toBe('Hit from cloudfront')
    expect(await stored()).toEqual(['notes/a b.txt'])
    expect(aws.proxy.writes()).toEqual([])

    const denied = aws.proxy.fault({
      service: 's3',
      operation: 'GetObject',
      times: 10,
      play: { kind: 'respond', status: 403, body: '' },
    })
    const failed = await fetch(`${server.url}/65,teal`)
    expect(failed.status).toBe(503)
    await server.untilSaid('AWS denied s3 GetObject, which needs s3:GetObject')
    expect(denied()).toBeGreaterThan(0)
    expect(server.said().match(/AWS denied/g)).toHaveLength(1)
    aws.proxy.clear()
    expect((await fetch(`${server.url}/65,teal`)).status).toBe(200)

    const told = server.said()
    aws.proxy.fault({ service: 's3', operation: 'GetObject', play: { kind: 'hang' } })
    const last = fetch(`${server.url}/66,teal`).then(
      ({ status }) => status,
      () => 'cut off',
    )
    await expect.poll(() => aws.proxy.calls.at(-1)?.operation).toBe('GetObject')
    expect(await server.end()).toBe(0)
    // The function stops waiting for the bucket at about the time that shutdown stops waiting for the function.
    expect([503, 'cut off']).toContain(await last)
    // The bucket's missing answer no longer matters.
    expect(server.said().slice(told.length)).not.toMatch(/AWS|abort|store failed/i)

    // The stored image is served again, without a request to the bucket.
    const [distribution] = (await other().cloudfront.listDistributions({})).DistributionList?.Items ?? []
    const data = path.join(cwd, '.genato', 'live', distribution?.Id ?? '')
    expect(existsSync(data)).toBe(true)
    aws.proxy.clear()
    const again = await dev('--data', data)
    aws.proxy.clear()
    expect((await fetch(`${again.url}/64,teal`)).status).toBe(200)
    expect(aws.proxy.calls).toEqual([])
    expect(await again.end('SIGTERM')).toBe(0)

    const { Contents: [zip] = [] } = await other().s3.listObjectsV2({ Bucket: PACKAGES })
    await other().s3.putObject({ Bucket: PACKAGES, Key: zip?.Key, Body: 'not it' })
    expect(await run('dev', '--deployed')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is not the package that'),
    })
    await other().s3.deleteObject({ Bucket: PACKAGES, Key: zip?.Key })
    expect(await run('dev', '--deployed')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is no longer in the bucket'),
    })
  }, 120_000)

  it('purges the images that match a path, and reports if there are none', async () => {
    const { run } = await deployed()
    const text = '/640x480,navy,png,text=Hello%20You'
    const { key } = JSON.parse((await run('explain', text, '--json')).stdout.trim().split('\n').at(-1)!) as {
      key: string
    }
    const others = [key.replace(/text-.*/, 'text-0'), key.replace(/640x480.*/, '640x4800/navy/png')]
    for (const Key of [key, ...others]) await other().s3.putObject({ Bucket: IMAGES, Key, Body: 'four' })

    const counted = await run('purge', '/640x480', '--dry-run')
    expect(counted.stdout).toContain('2 images (8 B) match /640x480. Nothing was deleted.')
    expect(counted.stderr).not.toContain('so far')
    const unasked = await run('purge', text)
    expect(unasked.code).toBe(2)
    expect(unasked.stderr).toContain(`1 image (4 B) matches ${text}. Delete it?`)
    const done = await run('purge', text, '--yes')
    expect([done.code, done.stdout.trim()]).toEqual([
      0,
      '1 image (4 B) deleted; CloudFront drops its copies within minutes.',
    ])
    expect(await stored()).toEqual(others.sort())
    const nothing = await run('purge', text, '--yes')
    expect(nothing.code).toBe(1)
    expect(nothing.stderr).toContain(`No stored image matches ${text}.`)
    expect(nothing.stderr).toContain('The nearest stored image: 640x480/navy/png/text-0.')
    // None of these may match all images of a size, or all images.
    for (const path of ['/640x480,#fff', '/640x480?text=Hi', '/%C3%A9'])
      expect((await run('purge', path, '--yes')).code).toBe(2)
    expect(await stored()).toEqual(others.sort())
    const url = await run('purge', 'https://d1.cloudfront.net/640x4800,navy', '--yes')
    expect(url.stdout, url.stderr).toContain('1 image (4 B) deleted')
  }, 60_000)

  it.each([
    ['leaves its keys to genato', '', '/card*'],
    ['makes its own keys', "key: ({ name }) => 'people/' + name,", '/people*'],
  ])(
    'purges images of a custom generator that %s, in every generation',
    async (_, key, beginning) => {
      const { run } = await deployed(aws.moto.endpoint, {
        'genato.config.json': '{ "generate": { "generator": "./gen.ts" } }',
        'gen.ts': generatorSource(GOOD_BODY).replace("version: '1',", `version: '1', ${key}`),
      })
      const keyOf = async (path: string) => {
        const { stdout } = await run('explain', path, '--json')
        return (JSON.parse(stdout.trim().split('\n').at(-1)!) as { key: string }).key
      }
      const ann = await keyOf('/card/Ann.svg')
      const bob = await keyOf('/card/Bob.svg')
      const old = ann.replace(/generated\/\w+/, 'generated/older')
      const unlike = 'generated/older/zebra/1'
      for (const Key of [ann, bob, old, unlike])
        await other().s3.putObject({ Bucket: IMAGES, Key, Body: 'four' })
      const one = await run('purge', '/card/%41nn.svg', '--yes')
      expect(one.stdout, one.stderr).toContain('2 images (8 B) deleted')
      expect(await stored()).toEqual([bob, unlike].sort())
      const all = await run('purge', beginning, '--dry-run')
      expect(all.stdout).toContain(`1 image (4 B) matches ${beginning}. Nothing was deleted.`)
      expect((await run('purge', beginning, '--yes')).code).toBe(0)
      expect(await stored()).toEqual([unlike])
    },
    60_000,
  )
})
