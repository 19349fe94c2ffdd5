import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { expect, it } from 'vitest'
import { openObjectFolder } from '../../src/objects/folder.js'
import { filesUnder, temporaryFolder } from '../local/s3/support.js'

it('a process killed during puts leaves only whole objects once the folder is reopened', async () => {
  const script = join(await temporaryFolder(), 'child.mjs')
  await build({
    entryPoints: [fileURLToPath(new URL('./kill-child.ts', import.meta.url))],
    outfile: script,
    bundle: true,
    platform: 'node',
    format: 'esm',
  })
  const dir = await temporaryFolder()
  let leftovers = 0
  for (let kill = 0; kill < 12; kill++) {
    const child = fork(script, [dir], { execArgv: [] })
    const exited = once(child, 'exit')
    await once(child, 'message')
    await sleep(kill * 7 + Math.random() * 20)
    child.kill('SIGKILL')
    await exited

    leftovers += (await filesUnder(dir)).filter((file) => file.endsWith('.tmp')).length
    const corrupt: string[] = []
    const folder = await openObjectFolder(dir, { onCorrupt: (_, file) => corrupt.push(file) })
    const listed = await folder.list('')
    expect(listed.length).toBeGreaterThan(0)
    for (const { key } of listed) {
      const object = await folder.get(key)
      const [, length, fill] = /^image\/x-(\d+)-(\d+)$/.exec(object?.contentType ?? '') ?? []
      expect(object?.body.equals(Buffer.alloc(Number(length), Number(fill)))).toBe(true)
    }
    expect(corrupt).toEqual([])
    expect(await filesUnder(dir)).toHaveLength(listed.length)
  }
  // Otherwise no kill hit a put, and the test proved nothing.
  expect(leftovers).toBeGreaterThan(0)
})
