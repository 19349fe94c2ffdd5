import { rmSync } from 'node:fs'
import { expect, it, onTestFinished, vi } from 'vitest'
import { runnerOf, tell, TELL, untilGone } from './packages.js'

it.skipIf(process.platform === 'win32')(
  'a process that died while idle is not signalled afterwards: its pid may be reused',
  async () => {
    const runner = runnerOf(
      `${TELL.replace('return', 'const told =')}
      setTimeout(() => process.exit(), 200)
      return told`,
      { idleMs: 1_000 },
    )
    const kill = vi.spyOn(process, 'kill')
    onTestFinished(() => kill.mockRestore())
    const { pid } = await tell(runner)
    await untilGone([pid])
    await expect.poll(() => runner.tempFolders()).toEqual([])
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    await runner.stop()
    // Programs that it started end with it, at the same moment.
    expect(kill.mock.calls.filter(([, signal]) => signal === 'SIGKILL')).toEqual([[-pid, 'SIGKILL']])
  },
)

it('an uncaught error is logged with the user’s own stack frames only', async () => {
  const runner = runnerOf(`Promise.reject(new Error('late')); await sleep(9e4)`)
  await expect(runner.invoke({})).rejects.toMatchObject({
    kind: 'crash',
    message: /exit code 1: Error: late\.$/,
  })
  expect(runner.lines).toEqual(['Error: late', expect.stringMatching(/^ {4}at .*index\.js:\d+:\d+\)?$/)])
})

it('a deleted unpacked package is reported, and running processes continue', async () => {
  const runner = runnerOf(TELL, { processes: 2 })
  // Its watching thread needs the folder too, until it runs.
  const { pid } = await tell(runner, 1_000)
  rmSync(runner.folder, { recursive: true })
  const [first, second] = await Promise.allSettled([tell(runner, 500), tell(runner)])
  expect(first).toMatchObject({ status: 'fulfilled', value: { pid } })
  expect(second).toMatchObject({ status: 'rejected', reason: { kind: 'load' } })
  expect(String((second as PromiseRejectedResult).reason)).toContain(
    `The unpacked package is gone: ${runner.folder}. Change the configuration, or start genato dev again, to bring it back.`,
  )
  await runner.stop()
  expect(runner.lines).toEqual([])
  const none = runnerOf(TELL)
  rmSync(none.folder, { recursive: true })
  await expect(none.start()).rejects.toMatchObject({ name: 'FunctionFailed', kind: 'load' })
})
