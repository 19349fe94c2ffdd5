// @ts-check
// The package's side: one process that makes renditions from originals in memory.
//
// node genato.js <folder of the package>
import { createRequire } from 'node:module'
import path from 'node:path'
import { answerOrders } from './orders.js'

const [folder = ''] = process.argv.slice(2)
/** @type {{ render: (path: string, original: Uint8Array, timeoutMs: number) => Promise<{ body: Uint8Array }> }} */
const { render } = createRequire(import.meta.url)(`${folder}/index.js`)

await answerOrders(async ({ file, width, height, format }, original) => {
  const { body } = await render(
    `/photos/${width}x${height},${format}/${path.basename(file)}`,
    original,
    60_000,
  )
  return body
})
