import { expect, it, describe } from 'vitest'
import type { FunctionFailed } from '../../../src/local/lambda/failure.js'
import { runnerOf, type TestRunner } from './packages.js'

const PRELUDE_TYPE = 'application/vnd.awslambda.http-integration-response'

function streamer(handle: string, options: Parameters<typeof runnerOf>[1] = {}): TestRunner {
  return runnerOf(handle, { streaming: true, bare: true, ...options })
}

async function failureOf(promise: Promise<unknown>): Promise<FunctionFailed> {
  return promise.then(
    () => expect.fail('it should have failed'),
    (error: unknown) => error as FunctionFailed,
  )
}

describe('a streaming handler', () => {
  it('sends what it writes, in order, after status and headers as JSON and eight NUL bytes', async () => {
    const runner = streamer(`
      const response = respond({ statusCode: 201, headers: { 'x-a': event.a } })
      response.write('one ')
      await sleep(20)
      response.write(Buffer.from('two '))
      response.write(new Uint8Array([0x33]))
      response.end(' four')`)
    const { value, waitedMs } = await runner.stream({ a: 'b' })
    expect(value).toEqual({
      kind: 'streamed',
      contentType: PRELUDE_TYPE,
      bytes: Buffer.from('{"statusCode":201,"headers":{"x-a":"b"}}\0\0\0\0\0\0\0\0one two 3 four'),
    })
    expect(waitedMs).toBeGreaterThan(0)
  })

  it('without HttpResponseStream sends bytes of its own content type', async () => {
    const typed = streamer("stream.setContentType('text/plain'); stream.write('x'); stream.end()")
    expect((await typed.stream({})).value).toEqual({
      kind: 'streamed',
      contentType: 'text/plain',
      bytes: Buffer.from('x'),
    })
    const untyped = streamer('stream.write({ a: 1 }); stream.end()')
    expect((await untyped.stream({})).value).toMatchObject({
      contentType: 'application/octet-stream',
      bytes: Buffer.from('{"a":1}'),
    })
  })

  it('has its prelude sent by an empty write, but not by end() alone, as on Lambda', async () => {
    const runner = streamer(`
      const response = respond({ statusCode: 204 })
      if (event.write) response.write('')
      response.end()`)
    expect((await runner.stream({ write: true })).value).toMatchObject({
      bytes: Buffer.from('{"statusCode":204}\0\0\0\0\0\0\0\0'),
    })
    expect((await runner.stream({})).value).toMatchObject({
      contentType: PRELUDE_TYPE,
      bytes: Buffer.alloc(0),
    })
  })

  it('takes pipelines, and passes on megabytes unchanged', async () => {
    const runner = streamer(`
      const { pipeline } = require('stream/promises')
      const parts = Array.from({ length: 300 }, (_, n) => Buffer.alloc(65536, n % 251))
      await pipeline(require('stream').Readable.from(parts), stream)`)
    const { value } = await runner.stream({})
    const expected = Buffer.concat(Array.from({ length: 300 }, (_, n) => Buffer.alloc(65536, n % 251)))
    expect(value.kind === 'streamed' && value.bytes.equals(expected)).toBe(true)
  })

  it('can’t change the content type after the first write', async () => {
    const runner = streamer("stream.write('x'); stream.setContentType('a/b')")
    expect((await runner.stream({})).value).toMatchObject({
      bytes: Buffer.from('x'),
      failure: { message: expect.stringContaining('too late') as string },
    })
  })

  it('gets the context as its third argument', async () => {
    const runner = streamer(
      'stream.end(`${context.functionName} ${context.getRemainingTimeInMillis() > 4000}`)',
    )
    expect((await runner.stream({})).value).toMatchObject({
      bytes: Buffer.from('us-east-1.genato-func true'),
    })
  })

  it('is refused an event whose response can’t be streamed', async () => {
    const runner = streamer("stream.end('x')")
    await expect(runner.invoke({})).rejects.toMatchObject({ kind: 'threw', message: /streams its response/ })
  })

  it.each([
    ['throws', "throw new Error('here')", 'threw', 'Error: here'],
    ['exits', 'process.exit(3)', 'crash', 'exit code 3'],
    ['hangs', 'for (;;);', 'timeout', 'within its timeout of 1 s'],
    ['never ends its stream', '', 'timeout', 'within its timeout of 1 s'],
    ['takes too much memory', 'const all = []; for (;;) all.push(Buffer.alloc(2e7, 1))', 'memory', '512 MB'],
  ])('that %s fails before its first byte, and is cut after it', async (_, body, kind, message) => {
    const timeoutMs = kind === 'timeout' ? 1_000 : 20_000
    const runner = streamer(
      `if (event.begin) await new Promise((done) => stream.write('begun', done))
      await sleep(50)
      ${body}`,
      { timeoutMs },
    )
    const failure = await failureOf(runner.stream({}))
    expect(failure).toMatchObject({
      name: 'FunctionFailed',
      kind,
      message: expect.stringContaining(message) as string,
    })
    const { value } = await runner.stream({ begin: true })
    expect(value).toMatchObject({ kind: 'streamed', bytes: Buffer.from('begun'), failure: { kind } })
  })

  it('is ended at Lambda’s limit of 200 MB, and the next event finds a new process', async () => {
    const runner = streamer(
      `if (event.small) return void stream.end('small')
      for (let n = 0; n < 60; n++)
        await new Promise((done) => stream.write(Buffer.alloc(4 * 1024 * 1024), done))
      stream.end()`,
      { timeoutMs: 20_000 },
    )
    const { value } = await runner.stream({})
    expect(value).toMatchObject({ kind: 'streamed', failure: { kind: 'too-large' } })
    expect(value.kind === 'streamed' && value.bytes.length).toBe(200 * 1024 * 1024)
    expect((await runner.stream({ small: true })).value).toMatchObject({ bytes: Buffer.from('small') })
  })

  it('must be asynchronous, and what it returns is ignored with a warning', async () => {
    const sync = runnerOf('', {
      // The helper's own handler can't take its place.
      load: "Object.defineProperty(exports, 'handler', { value: awslambda.streamifyResponse(() => 1) })",
    })
    await expect(sync.stream({})).rejects.toMatchObject({ message: /does not support non-async handlers/ })
    const returning = streamer("stream.end('x'); return 'ignored'")
    expect((await returning.stream({})).value).toMatchObject({ bytes: Buffer.from('x') })
    await expect.poll(() => returning.lines).toEqual(['Streaming handlers ignore return values.'])
  })
})

it('a handler that returns its result gives it to stream() too', async () => {
  const runner = runnerOf('return { statusCode: 200, body: event.a }')
  expect((await runner.stream({ a: 'b' })).value).toEqual({
    kind: 'returned',
    value: { statusCode: 200, body: 'b' },
  })
})

it('streamed events count against the reserved concurrency', async () => {
  const runner = streamer("await sleep(200); stream.end('x')", { concurrency: 2, processes: 1 })
  const settled = await Promise.allSettled([1, 2, 3].map(async () => runner.stream({})))
  expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected'])
  expect(settled[2]).toMatchObject({ reason: { kind: 'throttled' } })
})
