// @ts-check
// Stands in for S3, in a process of its own: everything can be stored, and nothing is ever there, or
// everything is. Prints its port when it listens, and ends when its standard input does.
import { readFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'

const [content, key, certificate] = process.argv.slice(2)

/** How often each was asked for. */
const counts = { HEAD: 0, PUT: 0 }

/** @type {http.RequestListener} */
const listener = (request, response) => {
  let bytes = 0
  request.on('data', (/** @type {Buffer} */ chunk) => (bytes += chunk.length))
  request.on('end', () => answer(request.method ?? '', bytes, response))
}
const server =
  key && certificate
    ? https.createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, listener)
    : http.createServer(listener)

/**
 * @param {string} method
 * @param {number} bytes
 * @param {http.ServerResponse} response
 */
function answer(method, bytes, response) {
  if (method === 'GET') {
    response.setHeader('Content-Type', 'application/json')
    response.end(JSON.stringify(counts))
  } else if (method === 'HEAD') {
    counts.HEAD++
    if (content === 'stored') response.writeHead(200, { 'Content-Length': 3881 }).end()
    // As S3 does: without a length or chunks, Node's client closes the connection after the answer.
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
