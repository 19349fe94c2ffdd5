// @ts-check
// A viewer's wait: the package's handler and, if that hands the request back, CloudFront's GET. Prints the
// milliseconds of the first event, including loading, and of each later one.
import { readFileSync } from 'node:fs'
import http from 'node:http'
import { createRequire } from 'node:module'

const [folder = '', eventFile = '', before = '', warm = '0'] = process.argv.slice(2)
const event = JSON.parse(readFileSync(eventFile, 'utf8'))
const { request } = event.Records[0].cf
// A range takes the path that every image took before the function sent images itself: HEAD, PUT, CloudFront's GET.
if (before === 'before') request.headers.range = [{ key: 'Range', value: 'bytes=0-' }]

/** CloudFront's connections are already open. */
const agent = new http.Agent({ keepAlive: true })

/** @param {string} path @returns {Promise<void>} */
function cloudFront(path) {
  return new Promise((resolve, reject) => {
    http
      .get(
        `${process.env['AWS_ENDPOINT_URL_S3']}/bucket${path}`,
        { agent, headers: { 'user-agent': 'Amazon CloudFront' } },
        (response) => response.resume().on('end', resolve),
      )
      .on('error', reject)
  })
}

await cloudFront('/first')
const require = createRequire(import.meta.url)
/** @type {((event: object, context: object) => Promise<{ status?: string, uri?: string }>) | undefined} */
let handler
const figures = []
console.log = () => undefined
for (let round = 0; round <= Number(warm); round++) {
  const started = performance.now()
  const end = Date.now() + 30_000
  handler ??= /** @type {NonNullable<typeof handler>} */ (require(`${folder}/index.js`).handler)
  const answer = await handler(event, { getRemainingTimeInMillis: () => end - Date.now() })
  if (answer.uri !== undefined) await cloudFront(answer.uri)
  else if (answer.status !== '200') throw new Error(`No image: ${JSON.stringify(answer)}`)
  figures.push(performance.now() - started)
}
const [first = 0, ...later] = figures
process.stdout.write(`${JSON.stringify({ first, later })}\n`)
agent.destroy()
