import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { storeOpener } from '../../../../handler/shared/s3/store.js'

const LOCATION = { bucket: 'b', region: 'us-east-1', prefix: '' }

async function server(respond: (response: http.ServerResponse, count: number, reused: boolean) => void) {
  const known = new Set<unknown>()
  let count = 0
  const it = http.createServer((request, response) => {
    const reused = known.has(request.socket)
    known.add(request.socket)
    request.resume().on('end', () => respond(response, ++count, reused))
  })
  await new Promise<void>((resolve) => {
    it.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(() => {
    it.closeAllConnections()
    it.close()
  })
  return {
    endpoint: `http://127.0.0.1:${(it.address() as AddressInfo).port}`,
    asked: () => count,
  }
}

function opener(endpoint: string, patience: { idle: number; reused: number }) {
  const open = storeOpener(
    { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b', AWS_ENDPOINT_URL_S3: endpoint },
    patience,
  )
  return (ms: number) =>
    open({ location: LOCATION, until: { at: Date.now() + ms, signal: AbortSignal.timeout(ms) } })
}

it('a reused socket whose peer swallows the request is soon replaced by a new one', async () => {
  const { endpoint, asked } = await server((response, _, reused) => {
    if (!reused) response.writeHead(404, { 'content-length': 0 }).end()
  })
  const open = opener(endpoint, { idle: 0, reused: 50 })
  expect(await open(20_000).has('a')).toBe(false)
  const started = performance.now()
  expect(await open(20_000).has('a')).toBe(false)
  expect(asked()).toBe(3)
  // Half of the remaining time would have been 10 s.
  expect(performance.now() - started).toBeLessThan(5_000)
})

it('a socket that was not idle gets as much time as a new one', async () => {
  const { endpoint, asked } = await server((response, _, reused) => {
    setTimeout(() => response.writeHead(404, { 'content-length': 0 }).end(), reused ? 200 : 0)
  })
  const open = opener(endpoint, { idle: 10_000, reused: 50 })
  await open(20_000).has('a')
  await open(20_000).has('a')
  expect(asked()).toBe(2)
})

it('a slow S3 gets as much time as the deadline allows', async () => {
  // A tenth of the real times: 600 ms of 2.8 s for 6 s of 28 s.
  const { endpoint, asked } = await server((response) => {
    setTimeout(() => response.writeHead(404, { 'content-length': 0 }).end(), 600)
  })
  expect(await opener(endpoint, { idle: 0, reused: 100 })(2_800).has('a')).toBe(false)
  expect(asked()).toBe(1)
})

it('an unanswered attempt leaves the second one as much time', async () => {
  const { endpoint, asked } = await server((response, count) => {
    if (count === 2) response.writeHead(404, { 'content-length': 0 }).end()
  })
  expect(await opener(endpoint, { idle: 0, reused: 100 })(600).has('a')).toBe(false)
  expect(asked()).toBe(2)
})
