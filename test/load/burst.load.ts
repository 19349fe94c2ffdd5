import { afterEach, describe, expect, it } from 'vitest'
import { generatorSource } from '../support/project.js'
import { makeHome, stored, type Home } from '../support/load/home.js'
import { askAll, imagePaths, respelt } from '../support/load/images.js'
import { residentPeak, ON_LINUX } from '../support/load/processes.js'
import { startServer, type Server } from '../support/load/server.js'
import type { WireAnswer } from '../support/load/wire.js'

/** The limit for the tool's own process, in bytes. */
const MOST_MEMORY = 400e6

/** Logs each image that it generates, and is slow. */
const SLOW = generatorSource(
  `context.log.info('made ' + name)
   await new Promise((resolve) => setTimeout(resolve, 400))
   return { body: '<svg xmlns="http://www.w3.org/2000/svg"><title>' + escapeXml(name) + Math.random() + '</title></svg>', contentType: 'image/svg+xml' }`,
)

let home: Home
let server: Server

async function start(config: object, files: Record<string, string> = {}): Promise<void> {
  home = makeHome(config, files)
  server = await startServer(home.folder, { env: home.env })
}

afterEach(async () => {
  await server.end('SIGKILL')
  home.remove()
})

function bodyOf(answer: WireAnswer | 'closed'): string {
  return answer === 'closed' ? answer : `${answer.status} ${answer.body.toString('base64')}`
}

describe('a burst', () => {
  it('of 1,000 requests for one cold URL generates one image, and all get it', async () => {
    await start({ generate: { generator: './gen.ts' } }, { 'gen.ts': SLOW })
    const bodies = new Set<string>()
    let answers = 0
    await askAll(
      server.port,
      Array.from({ length: 1_000 }, () => '/card/one.svg'),
      (_, answer) => {
        answers++
        bodies.add(bodyOf(answer))
      },
      1_000,
    )
    expect(answers).toBe(1_000)
    expect([...bodies].map((body) => body.slice(0, 4))).toEqual(['200 '])
    expect(server.said().match(/made one/g)).toHaveLength(1)
    expect(await server.end()).toBe(0)
    expect((await stored(home)).objects.size).toBe(1)
  })

  it('of all spellings of one image stores one, and all get the same bytes', async () => {
    await start({})
    const [image = ''] = imagePaths(1)
    const bodies = new Set<string>()
    const spellings = Array.from({ length: 640 }, (_, which) => respelt(image, which % 64))
    await askAll(server.port, spellings, (_, answer) => bodies.add(bodyOf(answer)), 64)
    expect([...bodies].map((body) => body.slice(0, 4))).toEqual(['200 '])
    expect(await server.end()).toBe(0)
    expect((await stored(home)).objects.size).toBe(1)
  })

  it('of 200 different cold URLs is answered completely, in bounded memory', async () => {
    await start({})
    const formats = ['png', 'jpg', 'webp', 'avif', 'gif', 'svg']
    const paths = Array.from(
      { length: 200 },
      (_, at) => `/${640 + at}x480,white,${formats[at % formats.length]}`,
    )
    const statuses: Record<string, number> = {}
    await askAll(
      server.port,
      paths,
      (_, answer) => {
        const status = answer === 'closed' ? answer : answer.status
        statuses[status] = (statuses[status] ?? 0) + 1
      },
      200,
    )
    expect(statuses).toEqual({ 200: 200 })
    if (ON_LINUX) expect(residentPeak(server.pid)).toBeLessThan(MOST_MEMORY)
  })

  it('of the largest images is answered completely, in bounded memory', async () => {
    await start({})
    const paths = Array.from({ length: 24 }, (_, at) => `/${4096 - at}x4096,teal,${at % 4 ? 'png' : 'webp'}`)
    const statuses = new Set<unknown>()
    await askAll(
      server.port,
      paths,
      (_, answer) => statuses.add(answer === 'closed' ? answer : answer.status),
      24,
    )
    expect([...statuses]).toEqual([200])
    if (ON_LINUX) expect(residentPeak(server.pid)).toBeLessThan(MOST_MEMORY)
  })
})
