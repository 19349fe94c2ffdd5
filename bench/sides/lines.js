// @ts-check
import { createInterface } from 'node:readline'

/** @typedef {{ what: string, width: number, height: number }} Order */

/**
 * Makes what each line of standard input orders, and prints how long it took and how many bytes it is.
 * @param {Record<string, (order: Order) => Promise<number>>} makers by the name that orders use.
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
