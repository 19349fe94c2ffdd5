// @ts-check
// A separate process that stands in for S3: it has one original, under every key that ends in its file's name, and no
// rendition. It accepts every PUT. Prints its port once it listens, and ends when its standard input does.
//
// node stub-originals.js <file>
import { readFileSync } from 'node:fs'
import http from 'node:http'
import path from 'node:path'

const [file = ''] = process.argv.slice(2)
const original = readFileSync(file)
const ETAG = '"0123456789abcdef0123456789abcdef"'

/** Requests by what they were for. */
const counts = { looks: 0, originals: 0, stored: 0 }

const server = http.createServer((request, response) => {
  let bytes = 0
  request.on('data', (/** @type {Buffer} */ chunk) => (bytes += chunk.length))
  request.on('end', () => answer(request, bytes, response))
})

/** @param {http.IncomingMessage} request @param {number} bytes @param {http.ServerResponse} response */
function answer({ method = '', url = '' }, bytes, response) {
  const isOriginal = url.split('?')[0]?.endsWith(path.basename(file))
  if (url === '/counts') response.end(JSON.stringify(counts))
  else if (method === 'PUT' && bytes > 0) {
    counts.stored++
    response.writeHead(200, { ETag: ETAG, 'Content-Length': 0 }).end()
  } else if (method === 'GET' && isOriginal) {
    counts.originals++
    response
      .writeHead(200, { ETag: ETAG, 'Content-Type': 'image/jpeg', 'Content-Length': original.length })
      .end(original)
  } else if (method === 'HEAD' && isOriginal) {
    counts.looks++
    response.writeHead(200, { ETag: ETAG, 'Content-Length': original.length }).end()
  } else if (method === 'GET' || method === 'HEAD') {
    counts.looks++
    const body = '<?xml version="1.0"?><Error><Code>NoSuchKey</Code></Error>'
    response
      .writeHead(404, { 'Content-Type': 'application/xml', 'Transfer-Encoding': 'chunked' })
      .end(method === 'HEAD' ? undefined : body)
  } else response.writeHead(400).end()
}

server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The stub has no port.')
  console.log(JSON.stringify({ port: address.port }))
})
process.stdin.on('end', () => process.kill(process.pid)).resume()
