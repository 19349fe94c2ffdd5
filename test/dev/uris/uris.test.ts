import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answersTo, type Answered } from './ask.js'
import { problemWith } from './check.js'
import { hostileCases } from './hostile.js'
import { missingCases, outsideCases } from './outside.js'
import { everyRefused, methodCases, oddCases, refusedCases } from './protocol.js'
import type { UriCase } from './request.js'
import { validCases } from './valid.js'
import { wrongCases } from './wrong.js'
import { startServer, type Server } from '../../support/load/server.js'
import { askOnce, requestFor } from '../../support/load/wire.js'

/** Every run sends the same requests, unless `GENATO_SEED` is set. Each failure states the seed. */
const SEED = Number(process.env['GENATO_SEED'] ?? 20_261_121)
const MARKER = 'this lies outside of the bucket'

let home: string
let server: Server
let asked = 0

beforeAll(async () => {
  home = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'genato-uris-')))
  writeFileSync(path.join(home, 'genato.config.json'), '{ "generate": { "limits": { "side": 200 } } }')
  writeFileSync(path.join(home, 'outside.txt'), MARKER)
  server = await startServer(home)
})

afterAll(async () => {
  await server.end('SIGKILL')
  rmSync(home, { recursive: true, force: true, maxRetries: 3 })
})

function some<T>(cases: fc.Arbitrary<T>, numRuns: number): T[] {
  return fc.sample(cases, { numRuns, seed: SEED })
}

/** Sends all requests, and reports the first few whose responses break the table. */
async function holds(cases: readonly UriCase[]): Promise<Answered[]> {
  const answered = await answersTo(server.port, cases)
  asked += cases.length
  const problems = answered.flatMap(({ asked, answer }) => {
    const problem = problemWith(asked, answer, MARKER)
    const sent = JSON.stringify((asked.raw ?? asked.target).toString('latin1').slice(0, 400))
    return problem === undefined ? [] : [`${asked.method} ${sent}\n  ${problem}`]
  })
  expect(problems.slice(0, 12), `seed ${SEED}, ${problems.length} of ${cases.length}`).toEqual([])
  return answered
}

describe('URIs', () => {
  it('of images get them, with the right size and the same bytes for every spelling', async () => {
    const answered = await holds(some(validCases, 480).flat())
    const bodies = new Map<string, Buffer>()
    for (const { asked, answer } of answered) {
      if (asked.expected.kind !== 'image' || answer === 'closed' || asked.method === 'HEAD') continue
      const { canonical, format, width, height } = asked.expected.image
      const before = bodies.get(canonical)
      if (before) expect(answer.body.equals(before), `${String(asked.target)} = ${canonical}`).toBe(true)
      else {
        bodies.set(canonical, answer.body)
        const real = { png: 'png', jpg: 'jpeg', webp: 'webp', avif: 'heif', gif: 'gif', svg: 'svg' }[format]
        expect(await sharp(answer.body).metadata(), canonical).toMatchObject({ format: real, width, height })
      }
    }
    for (const { asked, answer } of answered)
      if (asked.expected.kind === 'image' && asked.method === 'HEAD' && answer !== 'closed')
        expect(Number(answer.headers['content-length'])).toBe(
          bodies.get(asked.expected.image.canonical)?.length,
        )
    expect(bodies.size).toBeGreaterThan(400)
  }, 90_000)

  it('with one mistake get a response that names it', async () => {
    await holds(some(wrongCases, 1_400))
  })

  it('that are hostile get a response of the table', async () => {
    const answered = await holds(some(hostileCases, 1_500))
    const images = answered.filter(({ answer }) => answer !== 'closed' && answer.status === 200)
    // Otherwise no hostile text was ever drawn.
    expect(images.length).toBeGreaterThan(100)
    for (const { answer } of images)
      if (answer !== 'closed' && answer.headers['content-type'] === 'image/svg+xml' && answer.body.length > 0)
        await sharp(answer.body).metadata()
  })

  it('that point outside the bucket get nothing', async () => {
    const folders = [
      '.genato/images',
      '.genato/images/objects',
      '.genato/images/objects/ab',
      '.genato/run/x',
      '.',
    ]
    const outside = outsideCases(
      path.join(home, 'outside.txt'),
      folders.map((folder) => path.join(home, folder)),
    )
    await holds(some(outside, 700))
    await holds(some(missingCases, 200))
  })

  it('with another method than GET and HEAD are refused', async () => {
    await holds(some(methodCases, 150))
  })

  it('for a proxy, or with odd headers, get a response of the table', async () => {
    await holds(some(oddCases, 300))
  })

  it('in invalid HTTP are refused, without repeating them', async () => {
    await holds(everyRefused)
    await holds(some(refusedCases, 150))
  })

  it('numbered over 5,000, and the server still runs', async () => {
    expect(asked).toBeGreaterThanOrEqual(5_000)
    const answer = await askOnce(server.port, requestFor('/20,white,png'))
    expect(answer).toMatchObject({ status: 200 })
    expect(server.said()).not.toMatch(/went wrong|TypeError|at .*:\d+:\d+/)
  })
})
