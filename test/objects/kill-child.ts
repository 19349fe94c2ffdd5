import { openObjectFolder } from '../../src/objects/folder.js'

const folder = await openObjectFolder(process.argv[2] ?? '')
for (let round = 0; process.connected; round++) {
  const body = Buffer.alloc(1 + ((round * 7919) % 300_000), round)
  await folder.put(`key ${round % 5}`, { body, contentType: `image/x-${body.length}-${round % 256}` })
  if (round === 0) process.send?.('putting')
}
