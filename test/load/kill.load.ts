import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { makeHome, stored, type Home } from '../support/load/home.js'
import { askAll, imagePaths, respelt } from '../support/load/images.js'
import { below, isAlive, ON_LINUX } from '../support/load/processes.js'
import { startServer, type Server } from '../support/load/server.js'

const PATHS = imagePaths(500)
/** An undisturbed server's image for each path. */
const right = new Map<string, Buffer>()

const homes: Home[] = []
let server: Server | undefined

function newHome(): Home {
  const home = makeHome()
  homes.push(home)
  return home
}

beforeAll(async () => {
  const home = newHome()
  const quiet = await startServer(home.folder, { env: home.env })
  await askAll(quiet.port, PATHS, (path, answer) => {
    if (answer !== 'closed' && answer.status === 200) right.set(path, answer.body)
  })
  await quiet.end()
  expect(right.size).toBe(PATHS.length)
})

afterEach(async () => {
  await server?.end('SIGKILL')
  for (const home of homes.splice(0)) home.remove()
})

/** Requests images in new spellings until `done`. @returns what was wrong with the responses. */
async function askWhile(
  port: number,
  going: () => boolean,
  counts: Record<string, number>,
): Promise<string[]> {
  const wrong: string[] = []
  const meant = new Map<string, string>()
  let at = 0
  const targets = {
    *[Symbol.iterator]() {
      for (; going(); at++) {
        const path = PATHS[(at * 7) % PATHS.length]!
        const target = respelt(path, Math.floor(at / PATHS.length) % 64)
        meant.set(target, path)
        yield target
      }
    },
  }
  const worker = async () =>
    askAll(
      port,
      targets,
      (target, answer) => {
        const status = answer === 'closed' ? answer : String(answer.status)
        counts[status] = (counts[status] ?? 0) + 1
        if (answer === 'closed') return
        const expected = right.get(meant.get(target) ?? '')
        if (answer.status === 200 && expected && !answer.body.equals(expected))
          wrong.push(`${target}: another image`)
        // CloudFront's response for a failed function, which it never caches.
        if (answer.status !== 200 && answer.status !== 503) wrong.push(`${target}: ${answer.status}`)
        if (answer.status === 503 && /max-age=[1-9]/.test(answer.headers['cache-control'] ?? ''))
          wrong.push(`${target}: a failure that is kept`)
      },
      16,
    )
  await worker()
  return wrong
}

async function everyImageIsRight(port: number): Promise<void> {
  const wrong: string[] = []
  await askAll(port, PATHS, (path, answer) => {
    if (answer === 'closed' || answer.status !== 200 || !right.get(path)?.equals(answer.body))
      wrong.push(path)
  })
  expect(wrong).toEqual([])
}

async function everyObjectIsRight(home: Home): Promise<void> {
  const { objects, torn } = await stored(home)
  expect(torn).toEqual([])
  const known = new Set([...right.values()].map((body) => body.toString('base64')))
  for (const [key, body] of objects) expect(known.has(body.toString('base64')), key).toBe(true)
  expect(objects.size).toBeLessThanOrEqual(PATHS.length)
}

describe.skipIf(!ON_LINUX)('killed at random under load', () => {
  it('the function’s processes leave no wrong image, no torn object, and every later request is right', async () => {
    const home = newHome()
    server = await startServer(home.folder, { env: home.env })
    const { functions, port } = server
    const end = Date.now() + 12_000
    let killed = 0
    const killing = (async () => {
      while (Date.now() < end) {
        await sleep(30 + Math.random() * 300)
        const running = functions()
        const victim = running[Math.floor(Math.random() * running.length)]
        if (victim === undefined) continue
        process.kill(victim, 'SIGKILL')
        killed++
      }
    })()
    const counts: Record<string, number> = {}
    const wrong = await askWhile(port, () => Date.now() < end, counts)
    await killing
    expect(wrong.slice(0, 10), JSON.stringify(counts)).toEqual([])
    expect(killed).toBeGreaterThan(20)
    expect(counts['200']).toBeGreaterThan(200)
    expect(counts['closed'] ?? 0).toBe(0)
    await everyImageIsRight(port)
    expect(await server.end()).toBe(0)
    await everyObjectIsRight(home)
    expect(home.leftovers()).toEqual([])
  })

  it('the whole tool leaves no process, no wrong image and no torn object, start after start', async () => {
    const home = newHome()
    for (let round = 0; round < 6; round++) {
      server = await startServer(home.folder, { env: home.env })
      const { pid, port, end } = server
      const processes = below(pid)
      let over = false
      const asking = askWhile(port, () => !over, {}).catch((error: unknown) => {
        // The server is gone.
        if (!over) throw error
        return []
      })
      await sleep(150 + Math.random() * 900)
      over = true
      await end('SIGKILL')
      expect(await asking).toEqual([])
      for (const late = Date.now() + 5_000; processes.some(isAlive); await sleep(20))
        expect(Date.now(), `still running: ${processes.filter(isAlive).join(' ')}`).toBeLessThan(late)
    }
    server = await startServer(home.folder, { env: home.env })
    await everyImageIsRight(server.port)
    expect(server.said()).not.toContain('was damaged')
    expect(await server.end()).toBe(0)
    await everyObjectIsRight(home)
    expect(home.leftovers().filter((name) => name.endsWith('.tmp'))).toEqual([])
  })
})
