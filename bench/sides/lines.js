// @ts-check
import { createInterface } from 'node:readline'

/** @typedef {{ what: string, width: number, height: number }} Order */

/**
 * Generates the image that each line of standard input orders, and prints its time and its bytes.
 * @param {Record<string, (order: Order) => Promise<number>>} makers by the name in the orders.
 */
export async function answerLines(makers) {
  for await (const line of createInterface({ input: process.stdin })) {
    const order = /** @type {Order} */ (JSON.parse(line))
    const maker = makers[order.what]
    if (!maker) throw new Error(`Nothing here makes ${order.what}.`)
    const started = performance.now()
    const bytes = await maker(order)
    console.log(JSON.stringify({ ms: performance.now() - started, bytes }))
  }
}
