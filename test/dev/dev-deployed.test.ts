import { expect, it } from 'vitest'
import { genato } from '../support/cli.js'
import { project } from '../support/project.js'

it.each([
  [['dev', '--write'], '--write needs --deployed'],
  [['dev', '--deployed', '--write', '--data', 'x'], '--write stores nothing on this machine'],
  [['dev', '--deployed', '--originals', 'photos=.'], "--originals can't be used with --deployed"],
  [['dev', '--deployed', '--port', 'x'], '"x" is not a port'],
])('genato %j is wrong usage', async (args, said) => {
  expect(await genato(args, project())).toMatchObject({ code: 2, stderr: expect.stringContaining(said) })
})

it('genato dev --deployed without credentials says that they are missing', async () => {
  const none = '/nowhere'
  const env = { AWS_CONFIG_FILE: none, AWS_SHARED_CREDENTIALS_FILE: none, AWS_EC2_METADATA_DISABLED: 'true' }
  const { code, stderr } = await genato(['dev', '--deployed'], project(), env)
  expect([code, stderr]).toEqual([1, expect.stringContaining('There are no AWS credentials')])
})
