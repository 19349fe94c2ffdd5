import { it } from 'vitest'
import { EMPTY_ACCOUNT } from '../support/account-state.js'
import { useAws } from '../support/aws.js'
import { genato } from '../support/cli.js'
import { survives } from '../support/crash-scenario.js'
import { MOMENTS, type Program } from '../support/crash.js'
import { describeAws } from '../support/moto/moto.js'
import { ROOT, project } from '../support/project.js'
import { awsEnvironment } from '../support/stack.js'

/** Kills the real tool, with its own package and clock, at some of its writes. */
describeAws('the command line', () => {
  const aws = useAws()

  const inProject = (text: string) => {
    const cwd = project({ 'genato.config.json': JSON.stringify({ generate: { text } }) })
    const env = awsEnvironment(aws.proxy.endpoint)
    const program = (command: string): Program => ({
      args: [`${ROOT}/bin/genato.js`, command, '--yes'],
      cwd,
      env: { ...process.env, ...env },
    })
    const run = async (command: string) => {
      const { code, stderr } = await genato([command, '--yes'], cwd, env)
      if (code !== 0) throw new Error(`genato ${command} ended with ${code} and said:\n${stderr}`)
    }
    return { program, run }
  }

  it.each(MOMENTS)('deploys after a deploy that was killed %s a write', async (moment) => {
    const { program, run } = inProject('one')
    await survives(aws, {
      name: 'genato deploy',
      moment,
      program: program('deploy'),
      again: async () => run('deploy'),
      only: ['PutObject', 'PublishVersion', 'CreateDistributionWithTags'],
    })
  })

  it.each(MOMENTS)('updates after an update that was killed %s a write', async (moment) => {
    const before = inProject('one')
    const { program, run } = inProject('two')
    await survives(aws, {
      name: 'genato deploy with another text',
      moment,
      prepare: async () => before.run('deploy'),
      program: program('deploy'),
      again: async () => run('deploy'),
      only: ['UpdateFunctionCode', 'UpdateDistribution', 'CreateInvalidation'],
    })
  })

  it.each(MOMENTS)('finishes a cleanup that was killed %s a write', async (moment) => {
    const { program, run } = inProject('one')
    await survives(aws, {
      name: 'genato cleanup',
      moment,
      prepare: async () => run('deploy'),
      program: program('cleanup'),
      again: async () => run('cleanup'),
      end: EMPTY_ACCOUNT,
      only: ['UpdateDistribution', 'DeleteDistribution', 'DeleteFunction'],
    })
  })
})
