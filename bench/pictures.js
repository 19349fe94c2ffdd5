// @ts-check
import os from 'node:os'
import { run } from './lib/children.js'
import { complain, printRows } from './lib/report.js'
import { withWorkspace } from './lib/workspace.js'
import { avifRows } from './pictures/avif-rows.js'
import { faceRows } from './pictures/face-rows.js'
import { firstEventRows } from './pictures/first-event-rows.js'
import { httpRows } from './pictures/http-rows.js'
import { memoryRows } from './pictures/memory-rows.js'
import { renderRows } from './pictures/render-rows.js'
import { prepareSetting } from './pictures/setting.js'

/** @type {Record<string, (setting: import('./pictures/setting.js').Setting) => Promise<import('./rows/row.js').Row[]>>} */
const PARTS = {
  render: renderRows,
  avif: avifRows,
  http: httpRows,
  first: firstEventRows,
  memory: memoryRows,
  faces: faceRows,
}

/**
 * Measures how stored pictures are made, next to others who do the same, and prints the figures.
 * @param {readonly string[]} wanted some of the parts; none: all of them.
 */
export async function measurePictures(wanted) {
  const wrong = wanted.find((name) => !(name in PARTS))
  if (wrong !== undefined) {
    console.error(`pictures has no part ${wrong}: leave it out, or write ${Object.keys(PARTS).join(', ')}.`)
    process.exitCode = 2
    return
  }
  await withWorkspace(async (workspace) => {
    const started = performance.now()
    const setting = await prepareSetting(workspace)
    /** @type {import('./rows/row.js').Row[]} */
    const rows = []
    for (const [name, part] of Object.entries(PARTS))
      if (wanted.length === 0 || wanted.includes(name)) rows.push(...(await part(setting)))
    printRows(rows, 'medians behind it')
    const { stdout } = await run(setting.node, ['--version'])
    const { python, pillow, boto3 } = setting.baseline?.versions ?? {}
    console.log(
      `\n${os.type()} ${os.arch()}, ${os.availableParallelism()} processors; Node ${stdout.trim().slice(1)} for the package, ${process.versions.node} for the tool; ${setting.baseline ? `Python ${python}, Pillow ${pillow}, boto3 ${boto3}` : 'no Python'}`,
    )
    console.log(`measured in ${Math.round((performance.now() - started) / 1000)} s`)
    complain(rows)
    if (!setting.isNode22) {
      process.exitCode = 1
      console.error(`NOT MEASURED on Node 22, which can't be installed: this was ${process.versions.node}.`)
    }
  })
}
