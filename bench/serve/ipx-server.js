// @ts-check
// Serves a folder with ipx over its own Node server, on a free port, until its standard input ends.
//
// node ipx-server.js <folder that ipx is installed in> <folder of images>
import http from 'node:http'
import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

const [installed = '', images = ''] = process.argv.slice(2)
const entry = createRequire(path.join(installed, 'package.json')).resolve('ipx')
const { createIPX, createIPXNodeServer, ipxFSStorage } = await import(pathToFileURL(entry).href)

// An SVG is sent as stored. Otherwise svgo would rewrite it.
const ipx = createIPX({ storage: ipxFSStorage({ dir: images }), svgo: false })
const server = http.createServer(createIPXNodeServer(ipx))
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  console.log(JSON.stringify({ port: typeof address === 'object' ? address?.port : 0, pid: process.pid }))
})
process.stdin.resume().on('end', () => {
  server.close()
  server.closeAllConnections()
})
