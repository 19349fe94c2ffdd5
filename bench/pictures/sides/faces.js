// @ts-check
// Finds the faces of a picture with the package's own detector.
//
// node faces.js <bundle of the detector> <its weights>
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

const [bundle = '', weights = ''] = process.argv.slice(2)
const { inspect, openFaceDetector } = createRequire(import.meta.url)(bundle)
const limits = { bytes: 1e9, pixels: 1e9, frames: 1, side: 4096 }
const detect = openFaceDetector(weights)

for await (const line of createInterface({ input: process.stdin })) {
  const { file } = /** @type {{ file: string }} */ (JSON.parse(line))
  const picture = await inspect(readFileSync(file), limits)
  const cpu = process.cpuUsage()
  const started = performance.now()
  const faces = await detect(picture)
  const ms = performance.now() - started
  const { user, system } = process.cpuUsage(cpu)
  console.log(JSON.stringify({ ms, cpuMs: (user + system) / 1000, faces: faces.length }))
}
