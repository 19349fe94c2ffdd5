import { findChromium, NO_CHROMIUM } from './chromium.js'

/** Skips these tests on a machine without a browser, but not in CI. */
export default function setup(): void {
  if (findChromium() !== undefined) return
  const line = '='.repeat(80)
  if (process.env['CI']) throw new Error(`In CI no test is left out for want of a browser. ${NO_CHROMIUM}`)
  process.stderr.write(`\n${line}\nTHE TESTS IN A BROWSER DO NOT RUN. ${NO_CHROMIUM}\n${line}\n\n`)
}
