// @ts-check
// A process's first events, as on Lambda: loads the package, and calls it once for each path, all at the same time.
// The clock starts once Node has started. Prints the time in milliseconds, and the process's peak memory.
//
// node first-picture.js <folder of the package> <viewer's path>…
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Writable } from 'node:stream'

const [folder = '', ...paths] = process.argv.slice(2)

/** Lambda's own global, as far as the package uses it. */
class ResponseStream extends Writable {
  status = 0
  bytes = 0
  constructor() {
    super({
      write: (/** @type {Buffer} */ chunk, _, done) => {
        this.bytes += chunk.length
        done()
      },
    })
  }
}
Object.assign(globalThis, {
  awslambda: {
    streamifyResponse: (/** @type {unknown} */ handler) => handler,
    HttpResponseStream: {
      from(/** @type {ResponseStream} */ stream, /** @type {{ statusCode: number }} */ { statusCode }) {
        stream.status = statusCode
        return stream
      },
    },
  },
})
const log = console.log
console.log = () => undefined
const require = createRequire(import.meta.url)

const started = performance.now()
const end = Date.now() + 30_000
const { handler, explain } = require(`${folder}/index.js`)
const loaded = performance.now()
const streams = await Promise.all(
  paths.map(async (viewerPath) => {
    const stream = new ResponseStream()
    // What the gate does on AWS, in a separate place.
    const event = { rawPath: `/${explain(viewerPath).key}`, requestContext: { http: { method: 'GET' } } }
    await handler(event, stream, {
      awsRequestId: 'bench',
      getRemainingTimeInMillis: () => end - Date.now(),
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:genato-originals',
    })
    return stream
  }),
)
const ms = performance.now() - started

for (const { status, bytes } of streams)
  if (status !== 200 || bytes === 0) throw new Error(`The answer was ${status}, with ${bytes} bytes.`)
const sizes = streams.map(({ bytes }) => bytes)
log(JSON.stringify({ ms, loadMs: loaded - started, bytes: sizes[0], peakBytes: peakBytes() }))

/** Peak resident memory. On Linux, of this program alone, without the process that it was forked from. */
function peakBytes() {
  try {
    const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
    if (peak) return Number(peak) * 1024
  } catch {
    // Not Linux.
  }
  return process.resourceUsage().maxRSS * 1024
}
