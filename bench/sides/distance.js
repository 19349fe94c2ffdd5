// @ts-check
// Forwards connections to a port, as if it were far away: every message takes half a round trip, and a connection's
// first message takes another round trip for the connection itself. Prints its port once it listens.
import { connect, createServer } from 'node:net'

const [port = '', roundTrip = ''] = process.argv.slice(2)
const half = Number(roundTrip) / 2

const server = createServer((near) => {
  const far = connect(Number(port), '127.0.0.1')
  far.setNoDelay()
  near.setNoDelay()
  let opening = half * 2
  near.on('data', (message) => {
    setTimeout(() => far.write(message), opening + half)
    opening = 0
  })
  far.on('data', (message) => {
    setTimeout(() => near.writable && near.write(message), half)
  })
  for (const [one, other] of [
    [near, far],
    [far, near],
  ])
    one?.on('error', () => undefined).on('close', () => other?.destroy())
})

server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('There is no port.')
  console.log(JSON.stringify({ port: address.port }))
})
process.stdin.on('end', () => process.kill(process.pid)).resume()
