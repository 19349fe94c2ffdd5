// @ts-check
import { readFileSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

/**
 * @typedef {object} Order
 * @property {string} file the original. It is read once, before its first time is taken.
 * @property {number} width of the result.
 * @property {number} height
 * @property {'jpg' | 'webp' | 'avif'} format
 * @property {string} [save] where to write the result.
 */

/** @typedef {{ ms: number, cpuMs: number | undefined, bytes: number }} Made wall time, and CPU time of all threads. */

/**
 * Makes what each line of standard input orders, and prints its times and its bytes.
 * @param {(order: Order, original: Buffer) => Promise<Uint8Array>} make
 */
export async function answerOrders(make) {
  /** @type {Map<string, Buffer>} */
  const originals = new Map()
  for await (const line of createInterface({ input: process.stdin })) {
    const order = /** @type {Order} */ (JSON.parse(line))
    const original = originals.get(order.file) ?? readFileSync(order.file)
    originals.set(order.file, original)
    const cpu = process.cpuUsage()
    const started = performance.now()
    const picture = await make(order, original)
    const ms = performance.now() - started
    const { user, system } = process.cpuUsage(cpu)
    if (order.save) writeFileSync(order.save, picture)
    console.log(JSON.stringify({ ms, cpuMs: (user + system) / 1000, bytes: picture.length }))
  }
}
