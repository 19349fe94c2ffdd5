import { findChromium, NO_CHROMIUM } from './chromium.js'

/** A machine without a browser can't run these tests; in CI nothing is left out. */
export default function setup(): void {
  if (findChromium() !== undefined) return
  const line = '='.repeat(80)
  if (process.env['CI']) throw new Error(`In CI no test is left out for want of a browser. ${NO_CHROMIUM}`)
  process.stderr.write(`\n${line}\nTHE TESTS IN A BROWSER DO NOT RUN. ${NO_CHROMIUM}\n${line}\n\n`)
}
