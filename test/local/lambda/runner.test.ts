import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { documented } from '../../../src/local/cloudfront/origin/function-failure.js'
import type { FunctionFailed } from '../../../src/local/lambda/failure.js'
import { tempFolder } from '../../support/project.js'
import { isAlive, mostAtOnce, runnerOf, tell, TELL, untilGone, type Told } from './packages.js'

const WINDOWS = process.platform === 'win32'

/** Loading is slow as soon as this file exists. */
function slowWhen(marker: string): string {
  return `if (require('fs').existsSync(${JSON.stringify(marker)})) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2000)
}`
}

describe('processes', () => {
  it('start before the first event, which is then no cold start, and are reused', async () => {
    const runner = runnerOf(TELL)
    expect(await runner.start()).toMatchObject({
      values: { generation: 'g', cached: 'c', examples: ['/a'] },
    })
    const first = await tell(runner)
    const second = await tell(runner)
    expect(first).not.toHaveProperty('coldStartMs')
    expect(second).toMatchObject({ pid: first.pid, call: 2 })
    expect(await runner.call('explain', '/x')).toEqual({ kind: 'file', key: '/x' })
    expect(runner.lines).toEqual([])
  })

  it('run a package that exports only a handler; calling a missing export is an error that names it', async () => {
    const runner = runnerOf('return event', { bare: true })
    expect(await runner.start()).toMatchObject({ values: {} })
    expect((await runner.invoke({ a: 1 })).value).toEqual({ a: 1 })
    await expect(runner.call('explain', '/x')).rejects.toMatchObject({
      kind: 'threw',
      message: 'Error: The package exports no function explain; it has handler.',
    })
  })

  it('take one event at a time each, up to the allowed number of processes', async () => {
    const runner = runnerOf(TELL, { processes: 3 })
    await runner.start()
    const told = await Promise.all(Array.from({ length: 12 }, async () => tell(runner, 300)))
    const pids = [...new Set(told.map(({ pid }) => pid))]
    expect(pids).toHaveLength(3)
    expect(mostAtOnce(told)).toBe(3)
    for (const pid of pids) expect(mostAtOnce(told.filter((one) => one.pid === pid))).toBe(1)
    expect(told.filter(({ coldStartMs }) => coldStartMs !== undefined)).toHaveLength(2)
  })

  it('start for an event only if all others are busy', async () => {
    const runner = runnerOf(TELL, { processes: 3 })
    for (let time = 0; time < 5; time++) await tell(runner)
    expect(runner.tempFolders()).toHaveLength(1)
    const [busy, other] = await Promise.all([tell(runner, 3_000), tell(runner)])
    expect(other.pid).not.toBe(busy.pid)
    expect(other.coldStartMs).toBeGreaterThan(10)
    expect(other.to).toBeLessThan(busy.to)
  })

  it('that become free take events that wait for another one to load', async () => {
    const marker = path.join(tempFolder(), 'slow')
    const runner = runnerOf(TELL, { processes: 2, load: slowWhen(marker) })
    await runner.start()
    writeFileSync(marker, '')
    const [first, second] = await Promise.all([tell(runner, 200), tell(runner)])
    expect(second).toMatchObject({ pid: first.pid, call: 2 })
    expect(second).not.toHaveProperty('coldStartMs')
    expect(runner.tempFolders()).toHaveLength(2)
  })

  it('take the event that has waited longest', async () => {
    const runner = runnerOf('await sleep(20); return { event: event.id, call: calls }', { processes: 1 })
    const ids = Array.from({ length: 10 }, (_, id) => id)
    const results = await Promise.all(ids.map(async (id) => runner.invoke({ id })))
    expect(results.map(({ value }) => value)).toEqual(ids.map((id) => ({ event: id, call: id + 1 })))
  })

  it('end after being idle, the most recently used one last; the next event starts another', async () => {
    const runner = runnerOf(TELL, { processes: 2, idleMs: 1_000 })
    const both = await Promise.all([tell(runner, 1_000), tell(runner, 1_000)])
    expect(both[0].pid).not.toBe(both[1].pid)
    const kept = await tell(runner)
    const other = both.find(({ pid }) => pid !== kept.pid)?.pid ?? 0
    for (const end = Date.now() + 2_000; Date.now() < end;)
      expect((await tell(runner, 50)).pid).toBe(kept.pid)
    await untilGone([other])
    expect(isAlive(kept.pid)).toBe(true)
    await untilGone([kept.pid])
    await expect.poll(() => runner.tempFolders()).toEqual([])
    expect((await tell(runner)).coldStartMs).toBeGreaterThan(10)
  })

  it('that die while idle cost no event', async () => {
    const runner = runnerOf(TELL, { processes: 1 })
    for (let time = 0; time < 10; time++) {
      const { pid } = await tell(runner)
      process.kill(pid, 'SIGKILL')
      expect((await tell(runner)).pid).not.toBe(pid)
    }
  })
})

describe('an event', () => {
  const BAD = `if (event.bad) { require('fs').writeSync(1, process.pid + '\\n'); BODY }\n${TELL}`

  it.each([
    ['throws', "throw new Error('here')", 'threw', 'Error: here'],
    ['rejects with no error', "return Promise.reject('words')", 'threw', 'Error: words'],
    [
      'rejects behind its back',
      "Promise.reject(new Error('late')); await sleep(9e4)",
      'crash',
      'Error: late',
    ],
    [
      'throws later',
      "setTimeout(() => { throw new Error('late') }); await sleep(9e4)",
      'crash',
      'Error: late',
    ],
    ['exits', 'process.exit(3)', 'crash', 'exit code 3'],
    ['is killed', "process.kill(process.pid, 'SIGKILL'); await sleep(9e4)", 'crash', 'SIGKILL'],
    ['never settles', 'await new Promise(() => {})', 'timeout', 'did not answer within its timeout of 1 s'],
    ['hangs', 'for (;;);', 'timeout', 'did not answer within its timeout of 1 s'],
    [
      'takes too much memory',
      'const all = []; for (;;) all.push(Buffer.alloc(2e7, 1))',
      'memory',
      'more than its 512 MB',
    ],
    ['gives what is no JSON', 'return { big: 1n }', 'threw', 'Unable to stringify response body'],
    ['gives a circle', 'const a = {}; a.a = a; return a', 'threw', 'Unable to stringify response body'],
  ])('that %s fails alone, with the reason', async (_, body, kind, message) => {
    const runner = runnerOf(BAD.replace('BODY', body), {
      processes: 2,
      timeoutMs: kind === 'timeout' ? 1_000 : 20_000,
    })
    await runner.start()
    const other = tell(runner, 600)
    const failed = runner.invoke({ bad: true })
    await expect(failed).rejects.toMatchObject({ name: 'FunctionFailed', kind })
    const error = (await failed.catch((reason: unknown) => reason)) as FunctionFailed
    expect(documented(error).source).toMatch(/503/)
    await expect(failed).rejects.toThrow(message)
    expect((await other).call).toBe(1)
    await expect.poll(() => runner.lines[0]).toMatch(/^\d+$/)
    const pid = Number(runner.lines[0])
    // A handler that only threw leaves its process alive.
    if (kind === 'threw') expect(isAlive(pid)).toBe(true)
    else await untilGone([pid])
    const after = await Promise.all([tell(runner, 50), tell(runner, 50)])
    expect(after.some((one) => one.pid === pid)).toBe(kind === 'threw')
  })

  it('that takes memory outside of V8’s count is stopped too', async () => {
    const sharp = JSON.stringify(path.resolve(import.meta.dirname, '../../../node_modules/sharp'))
    const runner = runnerOf(
      `const create = { width: 16000, height: 16000, channels: 4, background: 'red' }
      await require(${sharp})({ create, limitInputPixels: false }).raw().toBuffer()
      return 'made'`,
      { memory: 256, timeoutMs: 20_000 },
    )
    await expect(runner.invoke({})).rejects.toMatchObject({ kind: 'memory' })
  })

  it.each([
    ['undefined', 'return undefined', null],
    ['a function', 'return () => 1', undefined],
    ['bytes', 'return { body: Buffer.from([1]) }', { body: { type: 'Buffer', data: [1] } }],
    [
      'what has no form in JSON',
      'return { status: undefined, at: new Date(0) }',
      { at: new Date(0).toJSON() },
    ],
  ])('that returns %s has what Lambda would send', async (_, body, value) => {
    expect((await runnerOf(body).invoke({})).value).toEqual(value)
  })

  it('fails if the package does not load, and so does each other event, once', async () => {
    const count = path.join(tempFolder(), 'count')
    const runner = runnerOf(TELL, {
      processes: 2,
      load: `require('fs').appendFileSync(${JSON.stringify(count)}, '.')\nthrow new Error('no way')`,
    })
    await expect(runner.start()).rejects.toMatchObject({ kind: 'load', message: /no way/ })
    const events = await Promise.allSettled([1, 2, 3, 4].map(async () => tell(runner)))
    for (const event of events) expect(event).toMatchObject({ status: 'rejected', reason: { kind: 'load' } })
    expect(readFileSync(count, 'utf8')).toBe('.....')
  })

  it('beyond 1,000 at once is throttled, and the others succeed', async () => {
    const runner = runnerOf('return 1', { processes: 1 })
    await runner.start()
    const events = Array.from({ length: 1_003 }, async () => runner.invoke({}))
    const settled = await Promise.allSettled(events)
    const refused = settled.flatMap((one) =>
      one.status === 'rejected' ? [one.reason as FunctionFailed] : [],
    )
    expect(refused).toHaveLength(3)
    for (const one of refused) {
      expect(one.kind).toBe('throttled')
      expect(documented(one).said).toBe(
        'The Lambda function associated with the CloudFront distribution was throttled.',
      )
    }
    expect((await runner.invoke({})).value).toBe(1)
  })
})

it('a function killed at random under load fails only the events that it was running', async () => {
  const runner = runnerOf(TELL, { processes: 3, timeoutMs: 20_000 })
  const seen = new Set<number>()
  let killed = 0
  const settled = await Promise.all(
    Array.from({ length: 200 }, async (_, id) => {
      try {
        const told = await tell(runner, 5)
        seen.add(told.pid)
        if (id % 10 === 0 && isAlive(told.pid)) {
          killed += 1
          process.kill(told.pid, 'SIGKILL')
        }
        return 'answered'
      } catch (error) {
        return (error as { kind: string }).kind
      }
    }),
  )
  expect(killed).toBeGreaterThan(0)
  // A killed process was running at most one event.
  expect(settled.filter((one) => one === 'crash').length).toBeLessThanOrEqual(killed)
  expect(settled.filter((one) => one !== 'answered' && one !== 'crash')).toEqual([])
  expect((await tell(runner)).call).toBeGreaterThan(0)
  await runner.stop()
  await untilGone([...seen])
  expect(runner.tempFolders()).toEqual([])
})

describe('stop', () => {
  it('rejects running and waiting events, and leaves no process and no folder', async () => {
    const runner = runnerOf(TELL, { processes: 2 })
    const told = await Promise.all([tell(runner, 300), tell(runner, 300)])
    const asked = [1, 2, 3, 4].map(async () => tell(runner, 60_000))
    const settled = Promise.allSettled(asked)
    await Promise.all([runner.stop(), runner.stop()])
    for (const one of await settled)
      expect(one).toMatchObject({ status: 'rejected', reason: { kind: 'stopped' } })
    expect(told.map(({ pid }) => pid).filter(isAlive)).toEqual([])
    expect(runner.tempFolders()).toEqual([])
    await expect(tell(runner)).rejects.toMatchObject({ kind: 'stopped' })
    await expect(runner.start()).rejects.toMatchObject({ kind: 'stopped' })
  })

  it('ends a process that is still loading', async () => {
    const runner = runnerOf(TELL, { load: 'for (;;);' })
    const started = runner.start().catch((error: unknown) => error)
    await expect.poll(() => existsSync(runner.temp) && runner.tempFolders().length).toBe(1)
    await runner.stop()
    expect(await started).toMatchObject({ kind: 'stopped' })
    expect(runner.tempFolders()).toEqual([])
  })

  it.skipIf(WINDOWS)('ends programs that the function started', async () => {
    const runner = runnerOf(
      "return require('child_process').spawn('sleep', ['60'], { stdio: 'inherit' }).pid",
    )
    const { value } = await runner.invoke({})
    expect(isAlive(Number(value))).toBe(true)
    await runner.stop()
    await untilGone([Number(value)])
  })

  it.skipIf(WINDOWS)('does not wait for programs that the function detached', async () => {
    const runner = runnerOf(
      "return require('child_process').spawn('sleep', ['60'], { stdio: 'inherit', detached: true }).pid",
    )
    const pid = Number((await runner.invoke({})).value)
    onTestFinished(() => void process.kill(pid, 'SIGKILL'))
    const started = Date.now()
    await runner.stop()
    expect(Date.now() - started).toBeLessThan(5_000)
    expect(runner.tempFolders()).toEqual([])
  })

  it('leaves nothing that keeps genato from exiting', async () => {
    const before = process.getActiveResourcesInfo().length
    const runner = runnerOf(TELL)
    await tell(runner)
    await runner.stop()
    await expect.poll(() => process.getActiveResourcesInfo().length).toBeLessThanOrEqual(before)
  })
})

it('the next start removes the folders of a killed genato, and none of a running one', async () => {
  const runner = runnerOf(TELL)
  const [left, another, strange] = ['4194303-0123456789ab', `${process.ppid}-0123456789ab`, 'mine']
  for (const name of [left, another, strange]) mkdirSync(path.join(runner.temp, name), { recursive: true })
  await runner.start()
  const names = readdirSync(runner.temp)
  expect(names).not.toContain(left)
  expect(names).toEqual(expect.arrayContaining([another, strange]))
})

it('two packages run side by side without mixing', async () => {
  const [one, two] = [runnerOf("return { from: 'one' }"), runnerOf("return { from: 'two' }")]
  const values = await Promise.all([one.invoke({}), two.invoke({})])
  expect(values.map(({ value }) => (value as Told & { from: unknown }).from)).toEqual(['one', 'two'])
})
