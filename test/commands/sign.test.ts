import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { signPath } from '../../src/sign.js'
import { genato } from '../support/cli.js'
import { project } from '../support/project.js'

function keyOf(cwd: string): string {
  const file = readFileSync(path.join(cwd, '.genato', 'signing.json'), 'utf8')
  return (JSON.parse(file) as { current: string }).current
}

describe('genato sign', () => {
  it('prints the signed path alone, with a key that it makes', async () => {
    const cwd = project()
    const ran = await genato(['sign', '/photos/400x300,WEBP/a.jpg'], cwd)
    const signed = await signPath('/photos/400x300,webp/a.jpg', { key: keyOf(cwd) })
    expect(ran).toEqual({ code: 0, stdout: `${signed}\n`, stderr: '' })
  })

  it('says when the signature expires, as JSON', async () => {
    const cwd = project()
    const { stdout } = await genato(['sign', '/a.jpg', '--expires', '4102444800', '--json'], cwd)
    expect(JSON.parse(stdout)).toMatchObject({
      signed: await signPath('/a.jpg', { key: keyOf(cwd), expires: 4_102_444_800 }),
      path: '/a.jpg',
      expires: '2100-01-01T00:00:00.000Z',
    })
  })

  it.each([
    [['/photos/0x10/a.jpg'], 'BAD_SIZE'],
    [['photos/a.jpg'], 'BAD_PATH'],
    [['/a.jpg', '--expires', 'soon'], 'BAD_EXPIRES'],
    [['/a.jpg', '--expires', '5'], 'BAD_EXPIRES'],
  ])('of %j exits with 2 and %s', async (args, code) => {
    const ran = await genato(['sign', ...args, '--json'], project())
    expect(ran.code).toBe(2)
    expect(ran.stdout).toContain(`"${code}"`)
  })
})
