import { describe, expect, test } from 'vitest'
import { objectKey } from '../../handler/edge/object-key.js'
import type { Explanation } from '../../handler/shared/explanation.js'
import { chooser, readChosen, type Chosen } from '../../src/stacks/stored-images.js'
import { builtin } from '../support/edge.js'

const generator = builtin()

/** Explains a path as the built-in generator's package does. */
async function explain(path: string): Promise<Explanation> {
  try {
    const params = generator.parse(path)
    if (params === undefined) return { kind: 'file', key: path.slice(1) }
    const canonicalPath = generator.format(params)
    return { kind: 'image', canonicalPath, key: keyOf(path), details: {}, headers: {} }
  } catch (error) {
    return { kind: 'rejected', code: 'BAD', message: String(error) }
  }
}

function keyOf(path: string, generation = 'gen1'): string {
  return objectKey(generator, generation, generator.parse(path)!)
}

const STORED = [
  '/640x360',
  '/640x360,navy,png',
  '/640x360,navy,png,text=Hello%20You',
  '/640x360,navy,webp,q=70',
  '/640x3600,navy,png',
  '/64x64,navy,png',
]

describe('the stored images that a path means', () => {
  test.each([
    ['/640x360', ['/640x360', '/640x360,navy,png', STORED[2], '/640x360,navy,webp,q=70']],
    ['640x360', ['/640x360', '/640x360,navy,png', STORED[2], '/640x360,navy,webp,q=70']],
    ['/640x360,navy', ['/640x360,navy,png', STORED[2], '/640x360,navy,webp,q=70']],
    ['/640x360,navy,png', ['/640x360,navy,png']],
    ['/640x360,png,navy', ['/640x360,navy,png']],
    ['/640x360,navy,png*', ['/640x360,navy,png', STORED[2]]],
    ['/640x360,navy,png,text=Hello%20You', [STORED[2]]],
    ['/320x180@2x,navy,webp,q=70', ['/640x360,navy,webp,q=70']],
    ['/64', ['/64x64,navy,png']],
    ['/6', []],
    ['/640x360,na*', []],
    ['/*', STORED],
    ['/', STORED],
    ['/%36%340x360,navy,png*', ['/640x360,navy,png', STORED[2]]],
    ['/640x360,navy,png,text=Hello', []],
  ])('%s', async (asked, wanted) => {
    const matches = chooser(await readChosen(asked, explain))
    expect(STORED.filter((path) => matches(keyOf(path)))).toEqual(wanted)
    // In every generation.
    expect(STORED.filter((path) => matches(keyOf(path, 'gen0')))).toEqual(wanted)
  })

  const HELLO = {
    version: '1',
    parse: (path: string) => /^\/hello\/(.+)\.svg$/.exec(path)?.[1],
    format: (name: string) => `/hello/${name}.svg`,
    generate: async () => ({ body: '', contentType: '' }),
  }
  const names = ['you', 'you-two', 'youth', 'x'.repeat(90), `${'x'.repeat(90)}y`]
  const stored = (chosen: Chosen) =>
    names.filter((name) => chooser(chosen)(objectKey(HELLO, 'gen1', name))).map((name) => name.slice(0, 7))

  test('of a custom generator that leaves keys to genato', async () => {
    const asked = async (path: string) =>
      readChosen(path, async (one) => {
        const name = HELLO.parse(one)
        return name === undefined
          ? { kind: 'file', key: one }
          : {
              kind: 'image',
              canonicalPath: one,
              key: objectKey(HELLO, 'gen1', name),
              details: {},
              headers: {},
            }
      })
    expect(stored(await asked('/hello/you.svg'))).toEqual(['you'])
    expect(stored(await asked('/hello/you'))).toEqual(['you', 'you-two'])
    expect(stored(await asked('/hello'))).toHaveLength(5)
    expect(stored(await asked(`/hello/${names[3]}.svg`))).toHaveLength(1)
    // It's impossible to see whether the token continues after the cut.
    expect(stored(await asked(`/hello/${names[3]}*`))).toEqual([])
    expect(stored(await asked(`/hello/${'x'.repeat(74)}*`))).toEqual([])
    expect(stored(await asked('/hell'))).toEqual([])
  })

  test('of a custom generator with its own keys: one by its path, several by the beginning of their keys', async () => {
    const users = ['ann', 'ann.lee', 'anna']
    const keyOf = (user: string) =>
      objectKey({ ...HELLO, key: (name: string) => `avatars/${name}_v2` }, 'gen1', user)
    const asked = async (path: string): Promise<string[]> => {
      const chosen = await readChosen(path, async (one) => {
        const user = HELLO.parse(one)
        return user === undefined
          ? { kind: 'file', key: one }
          : { kind: 'image', canonicalPath: one, key: keyOf(user), details: {}, headers: {} }
      })
      return users.filter((user) => chooser(chosen)(keyOf(user)))
    }
    expect(await asked('/hello/ann.svg')).toEqual(['ann'])
    expect(await asked('/avatars/ann*')).toEqual(['ann', 'ann.lee'])
    expect(await asked('/hello*')).toEqual([])
  })

  test.each(['/é*', '/%C3%A9', '/hello/J%c3%b6rg*', '/***', '/--'])(
    '%s is refused as a beginning: keys don’t contain it, so it would match too much',
    async (path) => {
      await expect(readChosen(path, async () => ({ kind: 'file', key: path }))).rejects.toMatchObject({
        code: 'BAD_BEGINNING',
        exitCode: 2,
      })
    },
  )
})
