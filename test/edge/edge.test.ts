import { expect, it } from 'vitest'
import { createEdge } from '../../src/edge/edge.js'
import type { FunctionRunner } from '../../src/edge/function/runner.js'
import type { Objects } from '../../src/edge/store/objects.js'

const ORIGIN = { domain: 'images.s3.us-east-1.amazonaws.com', path: '/site' }
const REQUEST = { method: 'GET', uri: '/a.txt', userAgent: undefined, clientIp: '127.0.0.1' }

/** An edge whose function hands on every request as it came, and tells them. */
function passing(get: Objects['get']) {
  const events: unknown[] = []
  const runner = {
    call: async ({ event }: { event: { Records: { cf: { request: unknown } }[] } }) => {
      events.push(event)
      return event.Records[0]?.cf.request
    },
  } as unknown as FunctionRunner
  return { events, edge: createEdge({ runner, store: { get }, origin: ORIGIN, cacheBytes: 1000 }) }
}

it("looks below the origin's path, and tells the function of it", async () => {
  const asked: string[] = []
  const { edge, events } = passing(async (key) => void asked.push(key))
  expect((await edge.serve(REQUEST)).status).toBe(403)
  expect(asked).toEqual(['site/a.txt'])
  const s3 = { domainName: ORIGIN.domain, path: '/site' }
  expect(events).toMatchObject([{ Records: [{ cf: { request: { origin: { s3 } } } }] }])
})

it('answers 502 with the reason where the bucket fails, and asks again the next time', async () => {
  let calls = 0
  const { edge } = passing(async () => {
    calls += 1
    throw new Error('Access denied: s3:GetObject')
  })
  for (let time = 1; time <= 2; time++) {
    expect(await edge.serve(REQUEST)).toMatchObject({ status: 502, reason: 'Access denied: s3:GetObject' })
    expect(calls).toBe(time)
  }
})
