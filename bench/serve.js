// @ts-check
import os from 'node:os'
import { startSide } from './lib/children.js'
import { benchFile } from './lib/places.js'
import { complain, printRows } from './lib/report.js'
import { withWorkspace } from './lib/workspace.js'
import { ipxRows } from './serve/ipx-rows.js'
import { loadRows } from './serve/load-rows.js'
import { loadSupport } from './serve/support.js'

/** Measures `genato dev` under load, compares it with ipx, and prints the figures. */
export async function measureServe() {
  await withWorkspace(async (workspace) => {
    const started = performance.now()
    const support = await loadSupport(workspace)
    const hammer = startSide(process.execPath, [benchFile('serve/hammer.js')])
    const setting = { support, hammer, workspace }
    const rows = [...(await loadRows(setting)), ...(await ipxRows(setting))]
    await hammer.end()
    printRows(rows, 'behind it')
    console.log(
      `\n${os.type()} ${os.arch()}, ${os.availableParallelism()} processors, shared with the load generator; Node ${process.versions.node}`,
    )
    console.log(`measured in ${Math.round((performance.now() - started) / 1000)} s`)
    complain(rows)
  })
}
