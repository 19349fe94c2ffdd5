import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { makeHome, putFiles, type Home } from '../support/load/home.js'
import { openFiles, resident, residentPeak, ON_LINUX } from '../support/load/processes.js'
import { servesOthers, settles } from '../support/load/quickly.js'
import { startServer, type Server } from '../support/load/server.js'
import { askOnce, connectWire, requestFor, type Wire } from '../support/load/wire.js'

const LARGE = Buffer.alloc(16_000_000, 'a stored image that is large ')
const MOST_MEMORY = 400e6

let home: Home
let server: Server
let before: number

beforeAll(async () => {
  home = makeHome()
  // Creates the folder for this package.
  const first = await startServer(home.folder, { env: home.env })
  await first.end()
  await putFiles(home, { 'large.bin': LARGE }, 'image/png')
  server = await startServer(home.folder, { env: home.env })
  await servesOthers(server.port)
  expect(await askOnce(server.port, requestFor('/large.bin'))).toMatchObject({ status: 200 })
})

beforeEach(() => {
  before = openFiles(server.pid)
})

afterAll(async () => {
  const code = await server.end()
  const left = home.leftovers()
  home.remove()
  expect([code, left]).toEqual([0, []])
})

async function connections(many: number, write: string | Buffer = ''): Promise<Wire[]> {
  const wires: Wire[] = []
  while (wires.length < many) {
    wires.push(
      ...(await Promise.all(
        Array.from({ length: Math.min(100, many - wires.length) }, () => connectWire(server.port)),
      )),
    )
  }
  for (const wire of wires) if (write.length > 0) wire.write(write)
  return wires
}

function closeAll(wires: readonly Wire[]): void {
  for (const wire of wires) wire.close()
}

/** Checks that others are served while these connections exist, and that nothing is left once they have closed. */
async function goesOn(wires: readonly Wire[]): Promise<void> {
  await servesOthers(server.port)
  closeAll(wires)
  if (ON_LINUX) await settles(server.pid, before, 20_000)
  expect(residentPeak(server.pid)).toBeLessThan(MOST_MEMORY)
}

describe('others are served, and nothing accumulates', () => {
  it('while thousands of connections are open and idle', async () => {
    await goesOn(await connections(3_000))
  })

  it('while hundreds send a header, byte by byte', async () => {
    const wires = await connections(400)
    const head = requestFor('/20,white', 'GET', 'X-Slow: yes\r\n')
    for (let at = 0; at < 20; at++) {
      for (const wire of wires) wire.write(head.subarray(at, at + 1))
      await sleep(50)
    }
    await goesOn(wires)
  })

  it('while some send bodies that never end', async () => {
    const lines = 'Transfer-Encoding: chunked\r\n'
    const wires = [
      ...(await connections(20, requestFor('/20,white', 'POST', lines))),
      ...(await connections(20, requestFor('/20,white', 'GET', lines))),
      ...(await connections(20, requestFor('/20,white', 'GET', 'Content-Length: 99999999999\r\n'))),
    ]
    const chunk = Buffer.from(`4000\r\n${'x'.repeat(0x4000)}\r\n`)
    for (let turn = 0; turn < 40; turn++) {
      for (const wire of wires) if (wire.socket.writable) wire.write(chunk)
      await sleep(25)
    }
    await goesOn(wires)
  })

  it('while a hundred ask for a large image, and read nothing', async () => {
    const wires = await connections(100, requestFor('/large.bin'))
    for (const { socket } of wires) socket.pause()
    await sleep(500)
    await goesOn(wires)
  })

  it('while hundreds listen to the events of the page at /', async () => {
    await goesOn(await connections(300, requestFor('/?events')))
  })

  it('while one requests the page again and again on one connection, and reads nothing', async () => {
    const wires = await connections(1)
    wires[0]?.socket.pause()
    const many = Buffer.concat(Array.from({ length: 200 }, () => requestFor('/large.bin')))
    for (let turn = 0; turn < 20; turn++) wires[0]?.write(many)
    await sleep(1_000)
    await goesOn(wires)
  })

  it('after hundreds of aborted downloads', async () => {
    for (let turn = 0; turn < 6; turn++) {
      const wires = await connections(100, requestFor('/large.bin'))
      await Promise.all(
        wires.map(
          async ({ socket }) =>
            new Promise((resolve) => {
              socket.once('data', resolve)
            }),
        ),
      )
      closeAll(wires)
    }
    await goesOn([])
  })

  it('after requests that were truncated at any point', async () => {
    const whole = requestFor('/20,white', 'GET', 'Accept: */*\r\n')
    for (let at = 0; at < whole.length; at++) {
      const [reset, ended] = await connections(2, whole.subarray(0, at))
      reset?.socket.resetAndDestroy()
      ended?.socket.end()
      if (at % 10 === 0) await sleep(5)
    }
    await goesOn([])
  })

  it('after a thousand requested images and did not wait for them', async () => {
    // All are new, so none is cached.
    const wires = await Promise.all(
      Array.from({ length: 1_000 }, async (_, at) => {
        const wire = await connectWire(server.port)
        wire.write(requestFor(`/${20 + at}x21,white`))
        return wire
      }),
    )
    await sleep(50)
    closeAll(wires)
    await goesOn([])
    // A new image waits for theirs, but is generated.
    expect(await askOnce(server.port, requestFor('/23x24,teal'))).toMatchObject({ status: 200 })
  })

  it('with complete requests whose sender has closed its side', async () => {
    const wire = await connectWire(server.port)
    wire.socket.end(requestFor('/20,white'))
    expect(await wire.next()).toMatchObject({ status: 200 })
    wire.close()
  })

  it('with a thousand requests sent at once on one connection, which are answered in order', async () => {
    const wire = await connectWire(server.port)
    const sides = Array.from({ length: 1_000 }, (_, at) => 20 + (at % 5))
    wire.write(Buffer.concat(sides.map((side) => requestFor(`/${side}x20,white,gif`))))
    for (const side of sides) {
      const answer = await wire.next()
      if (answer === 'closed') throw new Error('The connection was closed.')
      expect([answer.status, answer.body.readUInt16LE(6)]).toEqual([200, side])
    }
    wire.close()
  })
})

describe.skipIf(!ON_LINUX)('memory is bounded', () => {
  it('with thousands of wrong URLs and long query strings, which are cached', async () => {
    // The query isn't part of the cache key, so it must not be kept.
    const level = resident(server.pid)
    await flood(20_000, (at) => `/20x20,nocolour${at}?${'q'.repeat(7_000)}`)
    // 140 MB of queries, and 25 MB of responses.
    expect(resident(server.pid) - level).toBeLessThan(80e6)
  })

  it('with thousands of long wrong URLs', async () => {
    await flood(12_000, (at) => `/20x20,nocolour${at}${'p'.repeat(7_000)}`)
    expect(residentPeak(server.pid)).toBeLessThan(MOST_MEMORY)
  })

  it('with ranges that add up to many times a large image', async () => {
    const overlapping = Array.from({ length: 1_500 }, () => '0-').join(',')
    const level = resident(server.pid)
    for (const ranges of [overlapping, Array.from({ length: 1_500 }, (_, at) => `${at}-`).join(',')]) {
      const wires = await connections(8, requestFor('/large.bin', 'GET', `Range: bytes=${ranges}\r\n`))
      await sleep(1_500)
      await servesOthers(server.port)
      closeAll(wires)
    }
    expect(residentPeak(server.pid)).toBeLessThan(Math.max(MOST_MEMORY, level + 100e6))
  })

  it('with lists of entity tags as long as a header may be', async () => {
    const lists = [
      `${'"a",'.repeat(1_900)}"b"`,
      '"'.repeat(7_000),
      `W/${'W/'.repeat(3_000)}`,
      `${', '.repeat(3_500)}x`,
    ]
    for (const list of lists) {
      const started = performance.now()
      const answer = await askOnce(server.port, requestFor('/20,white', 'GET', `If-None-Match: ${list}\r\n`))
      expect(answer === 'closed' ? answer : answer.status).toBeOneOf([200, 304, 400, 414, 431, 494])
      expect(performance.now() - started).toBeLessThan(1_000)
    }
  })
})

async function flood(many: number, target: (at: number) => string): Promise<void> {
  let at = 0
  await Promise.all(
    (await connections(8)).map(async (wire) => {
      while (at < many) {
        wire.write(requestFor(target(at++)))
        const answer = await wire.next()
        expect(answer === 'closed' ? answer : answer.status).toBe(400)
      }
      wire.close()
    }),
  )
}
