import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { reservedEnvironment } from '../../../src/local/lambda/environment.js'
import { checkVariables } from '../../../src/local/lambda/variables.js'
import { startDevCli } from '../../support/cli.js'
import { folderOutsideTmp, generatorSource, GOOD_BODY, project, ROOT } from '../../support/project.js'
import { runnerOf, untilGone } from './packages.js'

const WINDOWS = process.platform === 'win32'
const LOG_STREAM = /^\d{4}\/\d\d\/\d\d\/\[7\][0-9a-f]{32}$/
const KEYS = { accessKeyId: 'AKID', secretAccessKey: 'SECRET' }
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

describe('the environment of the function', () => {
  it.skipIf(WINDOWS)('has Lambda’s variables, and no others', async () => {
    process.env['GENATO_TEST_MINE'] = 'mine'
    onTestFinished(() => void delete process.env['GENATO_TEST_MINE'])
    const runner = runnerOf('return process.env')
    const { value } = await runner.invoke({})
    expect(value).toEqual({
      _HANDLER: 'index.handler',
      _X_AMZN_TRACE_ID: expect.stringMatching(
        /^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0$/,
      ),
      AWS_REGION: 'us-east-1',
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x',
      AWS_LAMBDA_FUNCTION_NAME: 'us-east-1.genato-func',
      AWS_LAMBDA_FUNCTION_VERSION: '7',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/us-east-1.genato-func',
      AWS_LAMBDA_LOG_STREAM_NAME: expect.stringMatching(LOG_STREAM),
      AWS_ACCESS_KEY_ID: 'AKID',
      AWS_SECRET_ACCESS_KEY: 'SECRET',
      AWS_SESSION_TOKEN: 'TOKEN',
      AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9',
      LAMBDA_TASK_ROOT: runner.folder,
      LANG: 'en_US.UTF-8',
      PATH: '/usr/local/bin:/usr/bin/:/bin:/opt/bin',
      TZ: ':UTC',
      TMPDIR: expect.stringContaining(runner.temp),
      // macOS adds it to every process.
      ...(process.platform === 'darwin' ? { __CF_USER_TEXT_ENCODING: expect.any(String) } : {}),
    })
  })

  it('matches the context, field by field, with a new request id for each event', async () => {
    const runner = runnerOf(
      'const left = context.getRemainingTimeInMillis(); await sleep(50); return { ...context, left, later: context.getRemainingTimeInMillis() }',
      { timeoutMs: 4_000, processes: 1 },
    )
    const read = async () => (await runner.invoke({})).value as Record<string, unknown>
    const [one, two] = [await read(), await read()]
    const { left, later, ...context } = one
    expect(context).toEqual({
      callbackWaitsForEmptyEventLoop: true,
      functionName: 'us-east-1.genato-func',
      functionVersion: '7',
      memoryLimitInMB: '512',
      logGroupName: '/aws/lambda/us-east-1.genato-func',
      logStreamName: expect.stringMatching(LOG_STREAM),
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:us-east-1.genato-func:7',
      awsRequestId: expect.stringMatching(UUID),
    })
    expect(two['awsRequestId']).not.toBe(one['awsRequestId'])
    expect(two['logStreamName']).toBe(one['logStreamName'])
    expect(left).toBeGreaterThan(3_900)
    expect(left).toBeLessThanOrEqual(4_000)
    expect(Number(left) - Number(later)).toBeGreaterThanOrEqual(45)
  })
})

describe('a regional function', () => {
  const REGIONAL = {
    name: 'genato-originals',
    atEdge: false,
    region: 'eu-west-1',
    version: '$LATEST',
  } as const

  it('has its own name and region, no version, and the variables of its own', async () => {
    const fn = { ...REGIONAL, variables: { GENATO_ORIGINALS: 'my-photos', TZ: 'Europe/Berlin' } }
    const { value } = await runnerOf('return { env: process.env, context }', { fn }).invoke({})
    const { env, context } = value as { env: Record<string, string>; context: Record<string, string> }
    expect(env).toMatchObject({
      AWS_REGION: 'eu-west-1',
      AWS_LAMBDA_FUNCTION_NAME: 'genato-originals',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/genato-originals',
      AWS_LAMBDA_LOG_STREAM_NAME: expect.stringMatching(
        /^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/,
      ) as string,
      GENATO_ORIGINALS: 'my-photos',
      // It isn't reserved.
      TZ: 'Europe/Berlin',
    })
    expect(context['invokedFunctionArn']).toBe(
      'arn:aws:lambda:eu-west-1:000000000000:function:genato-originals',
    )
  })

  it('reaches the local Rekognition where there is one', () => {
    const identity = { folder: '/x', endpoint: 'http://127.0.0.1:9', credentials: KEYS }
    const fn = { ...REGIONAL, memory: 512, runtime: 'nodejs24.x' }
    expect(reservedEnvironment(fn, { ...identity, rekognition: 'http://127.0.0.1:8' })).toMatchObject({
      AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9',
      AWS_ENDPOINT_URL_REKOGNITION: 'http://127.0.0.1:8',
    })
    expect(reservedEnvironment(fn, identity)).not.toHaveProperty('AWS_ENDPOINT_URL_REKOGNITION')
  })

  it.each([
    ['a reserved name', { AWS_REGION: 'x' }, /AWS_REGION is reserved/],
    ['another', { LAMBDA_TASK_ROOT: 'x' }, /LAMBDA_TASK_ROOT is reserved/],
    ['a name that begins with a digit', { '1A': 'x' }, /"1A" must be/],
    ['a name of one letter', { A: 'x' }, /"A" must be/],
    ['a name with a dash', { 'A-B': 'x' }, /"A-B" must be/],
    ['more than 4 KB', { AB: 'x'.repeat(4088) }, /4097 bytes as JSON, and may take 4096/],
  ])('is refused with %s, as by Lambda', (_, variables, message) => {
    expect(() => checkVariables({ ...REGIONAL, variables })).toThrow(message)
  })

  it('may have 4 KB of variables; a function at the edge may have none', () => {
    const variables = { AB: 'x'.repeat(4087) }
    expect(() => checkVariables({ ...REGIONAL, variables })).not.toThrow()
    expect(() => checkVariables({ ...REGIONAL, atEdge: true, variables })).toThrow(/at the edge/)
    expect(() => checkVariables({ ...REGIONAL, atEdge: true })).not.toThrow()
  })
})

describe('the file system', () => {
  const WAYS = {
    writeFileSync: "fs.writeFileSync(event.target, 'x')",
    'promises.writeFile': "await fs.promises.writeFile(event.target, 'x')",
    'a callback':
      "await new Promise((done, failed) => fs.writeFile(event.target, 'x', (error) => error ? failed(error) : done()))",
    'a stream':
      "await new Promise((done, failed) => fs.createWriteStream(event.target).on('error', failed).on('open', done))",
    appendFileSync: "fs.appendFileSync(event.target, 'x')",
    mkdirSync: 'fs.mkdirSync(event.target)',
    'promises.open': "await fs.promises.open(event.target, 'w')",
    'an import': "await (await import('node:fs/promises')).writeFile(event.target, 'x')",
    copyFile: 'await fs.promises.copyFile(__filename, event.target)',
    renameSync:
      "const own = require('os').tmpdir() + '/own'; fs.writeFileSync(own, 'x'); fs.renameSync(own, event.target)",
  }

  it.each(Object.entries(WAYS))('refuses %s as Lambda does, and says what it is', async (_, body) => {
    const target = path.join(folderOutsideTmp(), 'written')
    const runner = runnerOf(
      `const fs = require('fs')
      try { ${body} } catch ({ code, errno, syscall, path, message, stack }) {
        return { code, errno, syscall, path, message, stack }
      }`,
    )
    const { value } = await runner.invoke({ target })
    expect(value).toMatchObject({
      code: 'EROFS',
      errno: -30,
      path: target,
      syscall: expect.any(String),
      message: expect.stringMatching(/^EROFS: read-only file system, \w+ '.*': .*read-only but for \/tmp/),
      stack: expect.stringContaining('EROFS: read-only file system'),
    })
    expect(existsSync(target)).toBe(false)
  })

  it('reports an uncaught refused write with its place in the code', async () => {
    const target = path.join(folderOutsideTmp(), 'written')
    const runner = runnerOf("require('fs').writeFileSync(event.target, 'x')")
    await expect(runner.invoke({ target })).rejects.toMatchObject({
      kind: 'threw',
      code: 'EROFS',
      message: expect.stringMatching(/read-only but for \/tmp[^\n]*\n.*index\.js:\d+/),
    })
    const loading = runnerOf('', { load: `require('fs').mkdirSync(${JSON.stringify(target)})` })
    await expect(loading.start()).rejects.toThrow('read-only but for /tmp')
  })

  it('is writable in a temporary folder that each process has to itself and that is removed with it', async () => {
    const runner = runnerOf(
      `const file = require('path').join(require('os').tmpdir(), 'deep', 'er')
      const fs = require('fs')
      const before = fs.existsSync(file)
      fs.mkdirSync(require('path').dirname(file), { recursive: true })
      await fs.promises.writeFile(file, 'kept')
      await sleep(800)
      return { file, before, text: fs.readFileSync(file, 'utf8') }`,
      { processes: 2 },
    )
    const read = async () =>
      (await runner.invoke({})).value as { file: string; before: boolean; text: string }
    const [one, two] = await Promise.all([read(), read()])
    expect(one.file).not.toBe(two.file)
    expect([one, two, await read()].map(({ before, text }) => [before, text])).toEqual([
      [false, 'kept'],
      [false, 'kept'],
      [true, 'kept'],
    ])
    expect(one.file.startsWith(runner.temp)).toBe(true)
    await runner.stop()
    expect([one.file, two.file].filter(existsSync)).toEqual([])
    expect(runner.tempFolders()).toEqual([])
  })

  it.skipIf(WINDOWS)(
    'is writable in /tmp and readable everywhere, and the function can start processes and threads',
    async () => {
      const runner = runnerOf(
        `const fs = require('fs')
      const file = fs.mkdtempSync('/tmp/genato-test-') + '/file'
      fs.writeFileSync(file, 'x')
      fs.rmSync(require('path').dirname(file), { recursive: true })
      const { Worker } = require('worker_threads')
      const worker = new Worker('require("worker_threads").parentPort.postMessage("thread")', { eval: true })
      return {
        read: fs.readFileSync(event.read, 'utf8').length > 0,
        ran: require('child_process').execFileSync('echo', ['ran']).toString(),
        thread: await new Promise((done) => worker.on('message', done)),
      }`,
      )
      const { value } = await runner.invoke({ read: path.join(ROOT, 'package.json') })
      expect(value).toEqual({ read: true, ran: 'ran\n', thread: 'thread' })
      expect(runner.lines).toEqual([])
    },
  )
})

it.skipIf(WINDOWS)(
  'when genato is killed, its function ends too; the next run removes its folder',
  async () => {
    const cwd = project({
      'genato.config.json': '{ "generate": { "generator": "./gen.ts" } }',
      'gen.ts': generatorSource(
        `context.log.info('pid ' + process.pid + ' ' + process.env.TMPDIR)\n${GOOD_BODY}`,
      ),
    })
    const dev = await startDevCli(cwd)
    expect((await fetch(`${dev.url}/card/x.svg`)).status).toBe(200)
    await dev.untilSaid(/pid \d+ \S+/)
    const pid = Number(/pid (\d+)/.exec(dev.said())?.[1])
    const temp = path.join(cwd, '.genato', 'tmp')
    const left = readdirSync(temp)
    expect(left).toHaveLength(1)
    await dev.end('SIGKILL')
    await untilGone([pid])
    expect(readdirSync(temp)).toEqual(left)
    const next = await startDevCli(cwd)
    expect(readdirSync(temp)).not.toContain(left[0])
    expect(await next.end()).toBe(0)
    expect(readdirSync(temp)).toEqual([])
  },
)
