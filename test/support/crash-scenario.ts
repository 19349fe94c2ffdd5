import { expect } from 'vitest'
import { messageOf } from '../../src/lib/errors.js'
import type { PackageSource } from '../../src/stacks/prepared-package.js'
import { accountState, differences, EMPTY_ACCOUNT } from './account-state.js'
import { ALL_THERE, everything, somebody, type Aws } from './aws.js'
import { killAt, namesOf, writesOf, type Call, type Moment, type Program } from './crash.js'
import type { StackRun } from './stack.js'

interface Scenario {
  name: string
  moment: Moment
  /** Sets up the account. */
  prepare?: () => Promise<void>
  /** The program to kill. */
  program: Program
  /** The run that follows. Nothing kills it. */
  again: () => Promise<void>
  /** The account's final state. Left out: the state after the program ran undisturbed. */
  end?: object
  /** The operations to kill it at. Left out: all. */
  only?: string[]
  /** Further checks. @param calls that AWS got from both runs. */
  also?: (calls: Call[]) => Promise<void>
}

/** Kills a process at each of its writes, each time from the start, then runs again. */
export async function survives(aws: Aws, scenario: Scenario): Promise<void> {
  const { name, moment, program, only } = scenario
  await prepare(aws, scenario, 0)
  const writes = await writesOf(aws, program)
  const end = scenario.end ?? (await accountState(aws.moto.endpoint))
  const failures: string[] = []
  let killed = 0
  for (const [index, write] of writes.entries()) {
    if (only && !only.some((operation) => write.name.split(' ')[1] === operation)) continue
    killed += 1
    try {
      // In some rounds, CloudFront takes time to deploy changes.
      await prepare(aws, scenario, index % 4 === 3 ? 1 : 0)
      const calls = await killAt(aws, program, write, moment)
      await scenario.again()
      calls.push(...aws.proxy.calls)
      same(await accountState(aws.moto.endpoint), end, 'differs from an undisturbed run')
      await scenario.also?.(calls)
    } catch (error) {
      const place = `${name}, killed ${moment} write ${index + 1} of ${writes.length}, ${write.name}`
      failures.push(`${place}: ${messageOf(error)}`)
    }
  }
  expect(failures.join('\n\n')).toBe('')
  expect(killed).toBeGreaterThanOrEqual(only?.length ?? 8)
}

async function prepare({ moto, proxy }: Aws, scenario: Scenario, reads: number): Promise<void> {
  await moto.reset()
  await moto.settings({ distribution_reads: 0, invalidation_reads: 0 })
  await scenario.prepare?.()
  await moto.settings({ distribution_reads: reads, invalidation_reads: reads })
  proxy.clear()
}

/** Checks that one of each resource exists, that deploy and status find nothing to do, and that cleanup works. */
export async function deployedWhole(aws: Aws, stack: StackRun, source: PackageSource): Promise<void> {
  same(await everything(somebody(aws.moto.endpoint)), ALL_THERE, 'not one of each resource')
  aws.proxy.clear()
  await stack.deploy(source)
  same(namesOf(aws.proxy.writes()), [], 'a third run wrote')
  const { differing, unfinished } = await stack.status({
    digest: await source.digest(),
    generation: async () => (await source.load()).generation,
  })
  // CloudFront may still be working on these.
  const undone = unfinished.filter((what) => !/^\d+ invalidations? under way$/.test(what))
  same([...differing, ...undone], [], 'status reports')
  await stack.cleanup()
  same(await accountState(aws.moto.endpoint), EMPTY_ACCOUNT, 'not empty after cleanup')
}

function same(is: object, shouldBe: object, what: string): void {
  const found = differences(is, shouldBe)
  if (found.length > 0) throw new Error([`${what}:`, ...found].join('\n  '))
}
