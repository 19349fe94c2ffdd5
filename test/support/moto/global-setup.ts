import http from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestProject } from 'vitest/node'
import { bringMoto } from './bring.js'
import { startMoto, type OwnMoto } from './moto.js'

declare module 'vitest' {
  interface ProvidedContext {
    /** Responds to `/<worker>` with the endpoint of that worker's server. */
    motoPool: string
  }
}

/** A machine without Python can run the other tests. CI must run them all. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const brought = bringMoto()
  project.provide('moto', brought)
  if ('missing' in brought) {
    const line = '='.repeat(80)
    const what = 'THE TESTS AGAINST AWS DO NOT RUN: test/aws/**, and all else that needs moto.'
    if (process.env['CI']) throw new Error(`In CI no test is left out for want of moto. ${brought.missing}`)
    process.stderr.write(`\n${line}\n${what}\n${brought.missing}\n${line}\n\n`)
  }
  const started = new Map<string, Promise<OwnMoto>>()
  const pool = http.createServer(({ url = '' }, response) => {
    const moto = started.get(url) ?? startMoto(brought)
    started.set(url, moto)
    moto.then(
      ({ endpoint }) => response.end(endpoint),
      (error: unknown) => response.writeHead(500).end(String(error)),
    )
  })
  await new Promise<void>((resolve) => {
    pool.listen(0, '127.0.0.1', resolve)
  })
  project.provide('motoPool', `http://127.0.0.1:${(pool.address() as AddressInfo).port}`)
  return async () => {
    pool.close()
    await Promise.all([...started.values()].map(async (moto) => (await moto).close()))
  }
}
