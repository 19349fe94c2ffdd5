import { PassThrough } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { expect, it, onTestFinished, vi } from 'vitest'
import { streamed, type Answer } from '../../../handler/images/function-url.js'

const CONTEXT = { awsRequestId: 'test', getRemainingTimeInMillis: () => 30_000 }
const EVENT = { rawPath: '/', requestContext: { http: { method: 'GET' } } }
const ANSWER: Answer = { status: 201, headers: { 'Content-Type': 'text/plain' }, body: Buffer.from('body') }

/** Lambda's global: the head goes out with the first write. */
function withRuntime() {
  const heads: object[] = []
  vi.stubGlobal('awslambda', {
    streamifyResponse: (handler: unknown) => handler,
    HttpResponseStream: {
      from(stream: PassThrough, head: object) {
        const write = stream.write.bind(stream)
        stream.write = ((...args: Parameters<typeof write>) => {
          if (heads.length === 0) heads.push(head)
          return write(...args)
        }) as typeof stream.write
        return stream
      },
    },
  })
  onTestFinished(() => {
    vi.unstubAllGlobals()
  })
  return heads
}

it.each([['body'], ['']])('sends the head before the body %j, even if that is empty', async (text) => {
  const heads = withRuntime()
  const stream = new PassThrough()
  const received = buffer(stream)
  await streamed(async () => ({ ...ANSWER, body: Buffer.from(text) }))(EVENT, stream, CONTEXT)
  expect((await received).toString()).toBe(text)
  expect(heads).toEqual([{ statusCode: 201, headers: ANSWER.headers }])
})

it('sends nothing before the answer is complete', async () => {
  const heads = withRuntime()
  const stream = new PassThrough()
  await expect(
    streamed(async () => {
      throw new Error('no answer')
    })(EVENT, stream, CONTEXT),
  ).rejects.toThrow('no answer')
  expect(heads).toEqual([])
})

it('says what is missing where the runtime can’t stream', async () => {
  const handler = streamed(async () => ANSWER)
  await expect(handler(EVENT, new PassThrough(), CONTEXT)).rejects.toThrow(/awslambda.*RESPONSE_STREAM/)
})
