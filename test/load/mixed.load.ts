import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, it } from 'vitest'
import { makeHome, type Home } from '../support/load/home.js'
import { growth, mixedLoad } from '../support/load/mixed.js'
import { below, isAlive, openFiles, openNamed, residentPeak, ON_LINUX } from '../support/load/processes.js'
import { startServer, type Server } from '../support/load/server.js'

const SECONDS = 60
const WARM_UP = 25
/** The limit for the tool's own process. V8's heap varies by itself, but a leak of 100 bytes a request is more. */
const MOST_GROWTH = 30e6
const MOST_MEMORY = 400e6

let home: Home
let server: Server

afterEach(async () => {
  await server.end('SIGKILL')
  home.remove()
})

it.skipIf(!ON_LINUX)(
  'a minute of mixed load leaves memory and open files level, and no processes or files behind',
  async () => {
    home = makeHome()
    server = await startServer(home.folder, { env: home.env })
    const before = openFiles(server.pid)
    const { samples, answers } = await mixedLoad(server, SECONDS * 1_000)
    const told = JSON.stringify({ answers, samples: samples.filter((_, at) => at % 20 === 0) })

    expect(
      Object.keys(answers).filter((name) => / (5|closed)/.test(name)),
      told,
    ).toEqual([])
    expect(answers['hit 200'], told).toBeGreaterThan(1_000)
    expect(answers['new 200'], told).toBeGreaterThan(50)
    expect(growth(samples, WARM_UP), told).toBeLessThan(MOST_GROWTH)
    expect(residentPeak(server.pid)).toBeLessThan(MOST_MEMORY)

    // Idle connections are closed after a while.
    for (const late = Date.now() + 75_000; openFiles(server.pid) > before + 4; await sleep(250))
      expect(Date.now(), `${openFiles(server.pid)} files are open, and ${before} were before`).toBeLessThan(
        late,
      )
    expect(openNamed(server.pid, '.tmp')).toEqual([])

    const processes = below(server.pid)
    expect(processes.length).toBeGreaterThan(0)
    expect(await server.end('SIGINT')).toBe(0)
    // esbuild's process ends shortly after the tool.
    for (const late = Date.now() + 2_000; processes.some(isAlive); await sleep(20))
      expect(Date.now(), `still running: ${processes.filter(isAlive).join(' ')}`).toBeLessThan(late)
    expect(home.leftovers()).toEqual([])
  },
)
