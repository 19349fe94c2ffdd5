import { setTimeout as sleep } from 'node:timers/promises'
import { imagePaths, respelt } from './images.js'
import { openFiles, resident } from './processes.js'
import type { Server } from './server.js'
import { connectWire, requestFor, type Wire } from './wire.js'

/** One sample of the server's process. */
export interface Sample {
  /** Seconds since the load began. */
  at: number
  /** Bytes. */
  resident: number
  openFiles: number
  /** Number of processes that run the package. */
  functions: number
}

export interface MixedLoad {
  samples: Sample[]
  /** By kind of request and status. */
  answers: Record<string, number>
}

const KNOWN = imagePaths(200)
const WRONG = Array.from({ length: 60 }, (_, at) => `/${20 + at}x20,nocolour${at}`)
const NOWHERE = Array.from({ length: 60 }, (_, at) => `/missing/${at}.png`)

/**
 * Sends a mix of requests for this long: cached images, wrong URLs and missing files, new images (most by HEAD, which
 * isn't cached, a few by GET), aborted and truncated requests, garbage.
 */
export async function mixedLoad(
  server: Server,
  ms: number,
  onSample?: (sample: Sample) => void,
): Promise<MixedLoad> {
  const started = performance.now()
  const going = () => performance.now() - started < ms
  const answers: Record<string, number> = {}
  const count = (kind: string, status: number | 'closed') => {
    const name = `${kind} ${status}`
    answers[name] = (answers[name] ?? 0) + 1
  }
  const samples: Sample[] = []
  let turn = 0
  const next = (items: readonly string[]) => items[turn++ % items.length] ?? '/'

  const asking = async (kind: string, pause: number, target: () => string, method = 'GET', headers = '') => {
    let wire: Wire | undefined
    while (going()) {
      wire ??= await connectWire(server.port)
      wire.write(requestFor(target(), method, headers))
      const answer = await wire.next(method, 60_000)
      count(kind, answer === 'closed' ? answer : answer.status)
      if (answer === 'closed' || answer.headers['connection'] === 'close') {
        wire.close()
        wire = undefined
      }
      if (pause > 0) await sleep(pause)
    }
    wire?.close()
  }
  const misbehaving = async (pause: number, act: (wire: Wire) => Promise<void> | void) => {
    while (going()) {
      const wire = await connectWire(server.port)
      await act(wire)
      wire.close()
      await sleep(pause)
    }
  }
  const unknown = newImages()
  await Promise.all([
    ...[1, 2, 3, 4].map(async () => asking('hit', 2, () => next(KNOWN))),
    asking('head', 5, () => next(KNOWN), 'HEAD'),
    asking('range', 10, () => next(KNOWN), 'GET', 'Range: bytes=0-9,20-29\r\n'),
    asking('not modified', 10, () => next(KNOWN), 'GET', 'If-None-Match: "0", W/"1", "2"\r\n'),
    asking('new by head', 20, unknown, 'HEAD'),
    asking('new', 200, unknown),
    asking('wrong', 10, () => next(WRONG)),
    asking('missing', 20, () => next(NOWHERE)),
    asking('method', 50, () => next(KNOWN), 'POST', 'Content-Length: 0\r\n'),
    // Clients that leave before the response, for cached and for new images.
    misbehaving(40, (wire) => wire.write(requestFor(next(KNOWN)))),
    misbehaving(400, (wire) => wire.write(requestFor(unknown()))),
    // Truncated, half closed, garbage.
    misbehaving(50, (wire) => wire.write('GET /20,white HTTP/1.1\r\nHo')),
    misbehaving(60, async (wire) => {
      wire.socket.end(requestFor(next(KNOWN)))
      await wire.next()
    }),
    misbehaving(70, async (wire) => {
      wire.write('\x16\x03\x01\0\0garbage\r\n\r\n')
      await wire.next()
    }),
    (async () => {
      while (going()) {
        const sample = {
          at: (performance.now() - started) / 1_000,
          resident: resident(server.pid),
          openFiles: openFiles(server.pid),
          functions: server.functions().length,
        }
        samples.push(sample)
        onSample?.(sample)
        await sleep(500)
      }
    })(),
  ])
  return { samples, answers }
}

/** Each once. */
function newImages(): () => string {
  const images = imagePaths(20_000).slice(KNOWN.length)
  let at = 0
  return () => respelt(images[at % images.length] ?? '/', Math.floor(at++ / images.length) % 64)
}

/** Growth of resident memory in bytes a minute: the least-squares slope, without the warm-up. */
export function growth(samples: readonly Sample[], warmUp: number): number {
  const counted = samples.filter(({ at }) => at >= warmUp)
  const mean = (value: (sample: Sample) => number) =>
    counted.reduce((sum, sample) => sum + value(sample), 0) / counted.length
  const [middle, level] = [mean(({ at }) => at), mean(({ resident }) => resident)]
  const together = counted.reduce((sum, { at, resident }) => sum + (at - middle) * (resident - level), 0)
  const apart = counted.reduce((sum, { at }) => sum + (at - middle) ** 2, 0)
  return (together / apart) * 60
}
