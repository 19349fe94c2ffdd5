// @ts-check
// Sends requests as fast as responses arrive, over kept-alive connections. It is a separate, light process, because
// the server loses the CPU time that it takes. Orders and figures are lines of JSON.
//
// {"port":…,"targets":["/…"],"connections":16,"ms":2000}. Without "ms", each target once.
import net from 'node:net'
import { createInterface } from 'node:readline'

/**
 * @typedef {object} Order
 * @property {number} port
 * @property {readonly string[]} targets in turns over all connections.
 * @property {number} connections
 * @property {number} [ms] how long. Without it, each target is requested once.
 */

/**
 * @typedef {object} Figures
 * @property {number} answers
 * @property {number} ms
 * @property {number} bytes of bodies.
 * @property {Record<string, number>} statuses
 * @property {Record<string, number>} results by the header `X-Cache`, if present.
 * @property {number} p50 ms of one request.
 * @property {number} p99
 * @property {number} cpu CPU time of this process in ms.
 */

for await (const line of createInterface({ input: process.stdin }))
  console.log(JSON.stringify(await hammer(/** @type {Order} */ (JSON.parse(line)))))

/** @param {Order} order @returns {Promise<Figures>} */
async function hammer({ port, targets, connections, ms }) {
  const requests = targets.map((target) =>
    Buffer.from(`GET ${target} HTTP/1.1\r\nHost: localhost\r\n\r\n`, 'latin1'),
  )
  /** @type {Record<string, number>} */
  const statuses = {}
  /** @type {Record<string, number>} */
  const results = {}
  /** @type {number[]} */
  const times = []
  let bytes = 0
  let next = 0
  const sockets = await Promise.all(Array.from({ length: connections }, () => connect(port)))
  const cpu = process.cpuUsage()
  const started = performance.now()
  const end = ms === undefined ? Infinity : started + ms
  const request = () => {
    if (performance.now() >= end || (ms === undefined && next >= requests.length)) return undefined
    return requests[next++ % requests.length]
  }
  await Promise.all(
    sockets.map((socket) =>
      ask(socket, request, (head, length, taken) => {
        count(statuses, head.slice(9, 12))
        count(results, /\r\nx-cache: (\w+)/i.exec(head)?.[1])
        bytes += length
        times.push(taken)
      }),
    ),
  )
  const took = performance.now() - started
  const { user, system } = process.cpuUsage(cpu)
  for (const socket of sockets) socket.destroy()
  times.sort((a, b) => a - b)
  const at = (/** @type {number} */ share) => times[Math.floor((times.length - 1) * share)] ?? Number.NaN
  return {
    answers: times.length,
    ms: took,
    bytes,
    statuses,
    results,
    p50: at(0.5),
    p99: at(0.99),
    cpu: (user + system) / 1000,
  }
}

/** @param {number} port @returns {Promise<net.Socket>} */
function connect(port) {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ port, host: '127.0.0.1', noDelay: true })
    socket.once('error', reject).once('connect', () => resolve(socket))
  })
}

/**
 * Sends one request after another on one connection, until there are no more.
 * @param {net.Socket} socket
 * @param {() => Buffer | undefined} request
 * @param {(head: string, length: number, ms: number) => void} onAnswer
 * @returns {Promise<void>}
 */
function ask(socket, request, onAnswer) {
  return new Promise((resolve, reject) => {
    let started = 0
    let head = ''
    let length = 0
    /** Remaining bytes of the body. -1 while the head is read. */
    let missing = -1
    /** @type {Buffer} */
    let before = Buffer.alloc(0)
    const send = () => {
      const bytes = request()
      if (!bytes) return resolve()
      started = performance.now()
      socket.write(bytes)
    }
    socket.on('data', (chunk) => {
      if (missing < 0) {
        const all = before.length === 0 ? chunk : Buffer.concat([before, chunk])
        const end = all.indexOf('\r\n\r\n')
        if (end < 0) return void (before = all)
        before = Buffer.alloc(0)
        head = all.latin1Slice(0, end)
        const told = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
        if (told === undefined) return reject(new Error(`An answer does not tell its length:\n${head}`))
        length = Number(told)
        missing = length - (all.length - end - 4)
      } else missing -= chunk.length
      if (missing > 0) return
      missing = -1
      onAnswer(head, length, performance.now() - started)
      send()
    })
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('The server closed a connection.')))
    send()
  })
}

/** @param {Record<string, number>} counts @param {string | undefined} name */
function count(counts, name) {
  if (name !== undefined) counts[name] = (counts[name] ?? 0) + 1
}
