import { expect, it } from 'vitest'
import { loadSettings } from '../../src/config/load.js'
import { messageOf } from '../../src/errors.js'
import { accountState, differences, EMPTY_ACCOUNT } from './account-state.js'
import { useAws, type Aws } from './aws.js'
import { killAt, MOMENTS, namesOf, useStackProcess, writesOf, type Call, type Program } from './crash.js'
import { awsEnvironment, smallPackage, stackOn, type StackRun } from './stack.js'
import type { Doing } from './stack-process.js'

export interface Scenario {
  /** What there is before. */
  prepare: (stack: StackRun, aws: Aws) => Promise<void>
  /** What the process does that is killed, and then another one to its end: `smallPackage`'s, or cleanup. */
  deploy?: [code: string, generation: string]
  /** What else has to be true when it was run again. @param calls that AWS has had, of both runs. */
  expect?: (calls: Call[]) => void
}

/** Kills a process at every write of a scenario, and runs it again: the end is as if nothing had been. */
export function itSurvives(name: string, { prepare, deploy, expect: expectCalls }: Scenario): void {
  const aws = useAws()
  const { file } = useStackProcess()

  const prepared = async (stack: StackRun, slow: boolean) => {
    await aws.moto.reset()
    const reads = slow ? 1 : 0
    await aws.moto.settings({ distribution_reads: 0, invalidation_reads: 0 })
    await prepare(stack, aws)
    await aws.moto.settings({ distribution_reads: reads, invalidation_reads: reads })
  }

  it.each(MOMENTS)(`${name}, killed %s each of its writes was carried out`, async (moment) => {
    const stack = await stackOn({ endpoint: aws.proxy.endpoint })
    const doing: Doing = { settings: await loadSettings('/nowhere'), ...(deploy ? { deploy } : {}) }
    const program: Program = {
      args: [file, JSON.stringify(doing)],
      cwd: '/',
      env: awsEnvironment(aws.proxy.endpoint),
    }
    const source = deploy && smallPackage(...deploy)
    const again = async () => (source ? stack.deploy(source) : stack.cleanup())

    await prepared(stack, false)
    const writes = await writesOf(aws, program)
    const end = await accountState(aws.moto.endpoint)
    expect(writes.length).toBeGreaterThan(8)
    if (!deploy) same(end, EMPTY_ACCOUNT, 'not empty though undisturbed')

    const survive = async (k: number, write: (typeof writes)[number]) => {
      await prepared(stack, k % 4 === 0)
      const calls = await killAt(aws, program, write, moment)
      await again()
      calls.push(...aws.proxy.calls)
      same(await accountState(aws.moto.endpoint), end, 'not as undisturbed')
      expectCalls?.(calls)
      aws.proxy.clear()
      await again()
      same(namesOf(aws.proxy.writes()), [], 'written by a third run')
      if (!source) return
      const { differing, unfinished } = await stack.status(await source.digest())
      // CloudFront may still be about it.
      const undone = unfinished.filter((what) => !/^\d+ invalidations? under way$/.test(what))
      same({ differing, undone }, {}, 'as status tells')
      await stack.cleanup()
      same(await accountState(aws.moto.endpoint), EMPTY_ACCOUNT, 'not empty after cleanup')
    }
    const failures: string[] = []
    for (const [index, write] of writes.entries()) {
      const place = `${name}, killed ${moment} write ${index + 1} of ${writes.length}, ${write.name}`
      try {
        await survive(index + 1, write)
      } catch (error) {
        failures.push(`${place}: ${messageOf(error)}`)
      }
    }
    expect(failures.join('\n\n')).toBe('')
  })
}

function same(is: object, shouldBe: object, what: string): void {
  const found = differences(is, shouldBe)
  if (found.length > 0) throw new Error([`${what}:`, ...found].join('\n  '))
}
