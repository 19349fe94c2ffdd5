// @ts-check
// The package's side of the warm comparison: one process that generates the requested images.
import { createRequire } from 'node:module'
import { answerLines } from './lines.js'

const [folder = ''] = process.argv.slice(2)
/** @type {{ render: (path: string, timeoutMs: number) => Promise<{ body: Uint8Array }> }} */
const { render } = createRequire(import.meta.url)(`${folder}/index.js`)

await answerLines({
  package: async ({ width, height }) => (await render(`/${width}x${height},white,png`, 60_000)).body.length,
})
