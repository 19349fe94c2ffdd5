// @ts-check
// ipx without HTTP, with the original in memory as the others have it.
//
// node ipx.js <folder that ipx is installed in>
import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { ipxModifiers } from '../ipx.js'
import { answerOrders } from './orders.js'

const [installed = ''] = process.argv.slice(2)
const entry = createRequire(path.join(installed, 'package.json')).resolve('ipx')
const { createIPX } = await import(pathToFileURL(entry).href)

/** @type {Buffer | undefined} */
let current
const ipx = createIPX({
  storage: { name: 'memory', getMeta: () => ({ mtime: new Date(0) }), getData: () => current },
})

await answerOrders(async (order, original) => {
  current = original
  const { data } = await ipx(
    path.basename(order.file),
    ipxModifiers(order, order.file.endsWith('.gif')),
  ).process()
  return data
})
