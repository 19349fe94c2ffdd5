// @ts-check
// A separate process that stands in for S3. It accepts every PUT, and has either no object or every object. A third
// argument delays each response by these milliseconds. Prints its port once it listens, and ends when its standard
// input does.
import { readFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'

const [content, delay = '0', key, certificate] = process.argv.slice(2)

/** An image's bytes, as stored in S3. */
const IMAGE = Buffer.alloc(3881)

/** The number of requests by method. */
const counts = { GET: 0, HEAD: 0, PUT: 0 }

/** @type {http.RequestListener} */
const listener = (request, response) => {
  let bytes = 0
  request.on('data', (/** @type {Buffer} */ chunk) => (bytes += chunk.length))
  request.on('end', () =>
    setTimeout(() => answer(request.method ?? '', request, bytes, response), Number(delay)),
  )
}
const server =
  key && certificate
    ? https.createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, listener)
    : http.createServer(listener)

/**
 * @param {string} method
 * @param {http.IncomingMessage} request
 * @param {number} bytes
 * @param {http.ServerResponse} response
 */
function answer(method, { url, headers }, bytes, response) {
  if (method === 'GET' && url === '/counts') {
    response.setHeader('Content-Type', 'application/json')
    response.end(JSON.stringify(counts))
  } else if (method === 'GET') {
    // CloudFront requests an image after it was stored.
    const there = content === 'stored' || headers['user-agent'] === 'Amazon CloudFront'
    counts.GET++
    if (there)
      response.writeHead(200, { 'Content-Type': 'image/png', 'Content-Length': IMAGE.length }).end(IMAGE)
    else response.writeHead(404, { 'Content-Type': 'application/xml' }).end('<Error/>')
  } else if (method === 'HEAD') {
    counts.HEAD++
    if (content === 'stored') response.writeHead(200, { 'Content-Length': 3881 }).end()
    // Like S3. Without a length or chunks, Node's client would close the connection after the response.
    else response.writeHead(404, { 'Content-Type': 'application/xml', 'Transfer-Encoding': 'chunked' }).end()
  } else if (method === 'PUT' && bytes > 0) {
    counts.PUT++
    response.writeHead(200, { ETag: '"0123456789abcdef0123456789abcdef"', 'Content-Length': 0 }).end()
  } else {
    response.writeHead(400).end()
  }
}

server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The stub has no port.')
  console.log(JSON.stringify({ port: address.port }))
})
process.stdin.on('end', () => process.kill(process.pid)).resume()
