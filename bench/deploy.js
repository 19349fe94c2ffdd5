// @ts-check
import os from 'node:os'
import path from 'node:path'
import { findAwsCli } from './deploy/aws-cli.js'
import { farRows } from './deploy/far-rows.js'
import { memoryRow } from './deploy/memory-row.js'
import { ratioRows } from './deploy/ratio-rows.js'
import { sidesOf } from './deploy/sides.js'
import { withStandIn } from './deploy/stand-in.js'
import { buildPackage } from './lib/package.js'
import { complain, printRows } from './lib/report.js'
import { withWorkspace } from './lib/workspace.js'

/** Compares a deploy on moto with the same steps as aws commands, and prints the figures. */
export async function measureDeploy() {
  await withWorkspace(async (workspace) => {
    const started = performance.now()
    const cli = await findAwsCli()
    await buildPackage(workspace)
    await withStandIn(workspace, async (standIn) => {
      const sides = sidesOf({
        standIn,
        cli,
        project: path.join(workspace, 'project'),
        zip: path.join(workspace, 'package.zip'),
      })
      const ratios = await ratioRows(sides, cli !== undefined)
      const far = await farRows(sides, standIn)
      const memory = await memoryRow(sides)
      const rows = [
        ...ratios.filter(({ target }) => target !== ''),
        ...far,
        memory,
        ...ratios.filter(({ target }) => target === ''),
      ]
      printRows(rows, 'medians behind it')
      console.log(
        `\n${os.type()} ${os.arch()}, ${os.availableParallelism()} processors; Node ${process.versions.node}; ${cli?.version ?? 'no aws command'}; moto behind a proxy that counts, the same for all`,
      )
      console.log(`measured in ${Math.round((performance.now() - started) / 1000)} s`)
      complain(rows)
    })
  })
}
