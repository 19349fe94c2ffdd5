import { describe, expect, it } from 'vitest'
import { event, localStore } from '../../support/edge.js'
import { service } from '../../support/service.js'

/** The outcomes of requests for three files of the bucket and an image, with this `files` setting. */
async function outcomes(files: boolean | string) {
  const { folder, endpoint } = await localStore()
  for (const key of ['a.txt', 'site/b.txt', 'generated/gen1/c.txt'])
    await folder.put(key, { body: Buffer.from('x'), contentType: 'text/plain' })
  const { send, lines } = service(endpoint, undefined, files)
  for (const uri of ['/a.txt', '/site/b.txt', '/generated/gen1/c.txt', '/9x9,red,png']) await send(event(uri))
  return lines.map(({ outcome }) => outcome)
}

describe('the files that a configuration serves', () => {
  it('are all of the bucket’s', async () => {
    expect(await outcomes(true)).toEqual(['passed', 'passed', 'passed', 'made'])
  })
  it('are none, and only images are served', async () => {
    expect(await outcomes(false)).toEqual(['missing', 'missing', 'missing', 'made'])
  })
  it('are those below a prefix', async () => {
    expect(await outcomes('site/')).toEqual(['missing', 'passed', 'missing', 'made'])
  })
})
