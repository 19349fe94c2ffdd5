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
  /** Makes what there is before. */
  prepare?: () => Promise<void>
  /** What is killed. */
  program: Program
  /** What is run then, to its end. */
  again: () => Promise<void>
  /** What is there at last, if not what the program leaves undisturbed. */
  end?: object
  /** The operations that it is killed at, if not all. */
  only?: string[]
  /** What else has to be true then. @param calls that AWS has had, of both runs. */
  also?: (calls: Call[]) => Promise<void>
}

/** Kills a process at every write that it makes, each time from the start, and runs it again. */
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
      // CloudFront takes its time in some.
      await prepare(aws, scenario, index % 4 === 3 ? 1 : 0)
      const calls = await killAt(aws, program, write, moment)
      await scenario.again()
      calls.push(...aws.proxy.calls)
      same(await accountState(aws.moto.endpoint), end, 'not as undisturbed')
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

/** One of each is there, nothing is left to be done, and all of it can be taken away. */
export async function deployedWhole(aws: Aws, stack: StackRun, source: PackageSource): Promise<void> {
  same(await everything(somebody(aws.moto.endpoint)), ALL_THERE, 'not one of each')
  aws.proxy.clear()
  await stack.deploy(source)
  same(namesOf(aws.proxy.writes()), [], 'written by a third run')
  const { differing, unfinished } = await stack.status({
    digest: await source.digest(),
    generation: async () => (await source.load()).generation,
  })
  // CloudFront may still be about it.
  const undone = unfinished.filter((what) => !/^\d+ invalidations? under way$/.test(what))
  same([...differing, ...undone], [], 'as status tells')
  await stack.cleanup()
  same(await accountState(aws.moto.endpoint), EMPTY_ACCOUNT, 'not empty after cleanup')
}

function same(is: object, shouldBe: object, what: string): void {
  const found = differences(is, shouldBe)
  if (found.length > 0) throw new Error([`${what}:`, ...found].join('\n  '))
}
