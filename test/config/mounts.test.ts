import { describe, expect, it } from 'vitest'
import { loadSettings } from '../../src/config/load.js'
import { project } from '../support/project.js'
import { failure } from './failure.js'

/** The settings of a project with these mounts. */
async function withMounts(mounts: unknown, rest: object = {}) {
  const config = JSON.stringify({ originals: { mounts, ...rest } })
  return loadSettings(project({ 'genato.config.json': config }))
}

async function mountOf(mount: object, name = 'photos') {
  const { originals } = await withMounts({ [name]: mount })
  const [only, ...others] = originals.mounts
  expect(others).toEqual([])
  if (!only) throw new Error('There is no mount.')
  return only
}

describe('a mount', () => {
  it('has a default for everything but what it allows', async () => {
    expect(await mountOf({ allow: 'any' })).toEqual({
      name: 'photos',
      bucket: undefined,
      prefix: 'photos/',
      allow: 'any',
      asIs: false,
      fresh: 'check',
      faces: 'built-in',
      moderate: false,
      limits: { bytes: 26_214_400, pixels: 50_000_000, frames: 200, side: 4096 },
      generation: expect.stringMatching(/^[\da-f]{12}$/) as string,
    })
  })

  it('keeps what is written', async () => {
    const written = {
      bucket: 'my-photos',
      prefix: '',
      allow: 'signed',
      fresh: 'purge',
      faces: 'rekognition',
      moderate: { action: 'refuse', labels: ['Violence'], minConfidence: 60 },
      limits: { bytes: 1000, pixels: 2000, frames: 3, side: 400 },
    }
    expect(await mountOf(written)).toMatchObject(written)
  })

  it('moderates with all labels from 75 percent, unless it says otherwise', async () => {
    expect((await mountOf({ allow: 'any', moderate: { action: 'blur' } })).moderate).toEqual({
      action: 'blur',
      labels: [],
      minConfidence: 75,
    })
  })

  it('holds the operations of an allow-list in the form of keys, in any spelling, each once', async () => {
    const { allow } = await mountOf({
      allow: [
        '400x300,webp',
        '200X150@2x,WebP,center',
        '800x,auto',
        'x64,jpeg,q=80',
        '100x100,contain,%23F80',
      ],
    })
    expect(allow).toEqual(['400x300_webp', '800x_auto', 'x64_jpg', '100x100_contain_bg-ff8800'])
  })

  it('may allow nothing but its originals as they are', async () => {
    expect(await mountOf({ allow: [], asIs: true })).toMatchObject({ allow: [], asIs: true })
  })

  it('has another generation when something changes that shapes or permits its pixels', async () => {
    const one = await mountOf({ allow: 'any' })
    expect((await mountOf({ allow: 'any', asIs: true, fresh: 'purge' })).generation).toBe(one.generation)
    for (const change of [
      { allow: 'signed' },
      { faces: 'rekognition' },
      { limits: { side: 4000 } },
      { prefix: 'other/' },
      { moderate: { action: 'blur' } },
    ])
      expect((await mountOf({ allow: 'any', ...change })).generation).not.toBe(one.generation)
  })
})

describe('a wrong mount is refused with the wrong value and what to write', () => {
  it.each<[mount: unknown, message: RegExp]>([
    [{}, /originals\.mounts\.photos\.allow is required\./],
    [
      { allow: 'all' },
      /photos\.allow must be 'any', 'signed', or a list of operations.*800x,auto.*\(got "all"\)/,
    ],
    [{ allow: [] }, /photos\.allow is an empty list, which allows nothing/],
    [{ allow: ['webp'] }, /photos\.allow\.0 must begin with a size, such as 400x300 \(got "webp"\)/],
    [
      { allow: ['400x300', '400x300,wepb'] },
      /photos\.allow\.1 can't be used\. .*wepb.*webp.*\(got "400x300,wepb"\)/,
    ],
    [{ allow: ['400x300,q=70'] }, /photos\.allow\.0 can't be used\./],
    [{ allow: ['4097x300'] }, /photos\.allow\.0 can't be used\. .*4096/],
    [{ allow: ['100x100,v=2'] }, /photos\.allow\.0 must not have v=/],
    [{ allow: ['/photos/400x300'] }, /photos\.allow\.0 must be one segment of a URL/],
    [{ allow: ['400x300, webp'] }, /photos\.allow\.0 must be one segment of a URL/],
    [{ allow: 'any', bucket: 'my-photos' }, /photos\.prefix is required, because my-photos is an existing/],
    [{ allow: 'any', bucket: 'My_Photos' }, /photos\.bucket must be a bucket name.*"My_Photos"/],
    [{ allow: 'any', bucket: 'my.photos', prefix: '' }, /photos\.bucket must not have a dot/],
    [{ allow: 'any', prefix: 'public' }, /photos\.prefix must be empty, or end in \/.*\(got "public"\)/],
    [{ allow: 'any', prefix: '/public/' }, /photos\.prefix/],
    [{ allow: 'any', prefix: 'a//b/' }, /photos\.prefix/],
    [{ allow: 'any', prefix: 'a*/' }, /photos\.prefix must not contain \*/],
    [{ allow: 'any', prefix: 'a${b}/' }, /photos\.prefix must not contain/],
    [{ allow: 'any', prefix: 'a/../b/' }, /photos\.prefix/],
    [{ allow: 'any', prefix: './' }, /photos\.prefix/],
    [{ allow: 'any', asIs: 'yes' }, /photos\.asIs must be true or false \(got "yes"\)/],
    [
      { allow: 'any', asIs: true, moderate: { action: 'blur' } },
      /photos\.asIs must be false where moderate is set/,
    ],
    [{ allow: 'any', fresh: 'never' }, /photos\.fresh must be 'check' or 'purge' \(got "never"\)/],
    [{ allow: 'any', faces: true }, /photos\.faces must be 'built-in' or 'rekognition' \(got true\)/],
    [{ allow: 'any', moderate: true }, /photos\.moderate must be false, or an object.*\(got true\)/],
    [{ allow: 'any', moderate: {} }, /photos\.moderate\.action is required/],
    [{ allow: 'any', moderate: { action: 'hide' } }, /photos\.moderate\.action must be 'blur' or 'refuse'/],
    [
      { allow: 'any', moderate: { action: 'blur', labels: [''] } },
      /photos\.moderate\.labels\.0 must not be empty/,
    ],
    [
      { allow: 'any', moderate: { action: 'blur', minConfidence: 0 } },
      /photos\.moderate\.minConfidence must be at least 1/,
    ],
    [{ allow: 'any', limits: { pixels: 1e12 } }, /photos\.limits\.pixels must be at most/],
    [{ allow: 'any', limits: { frames: 0 } }, /photos\.limits\.frames must be at least 1/],
    [{ allow: 'any', limits: { bytes: 1.5 } }, /photos\.limits\.bytes must be a whole number/],
    [
      { allow: 'any', limits: { sid: 1 } },
      /no setting .*photos\.limits\.sid\. Did you mean .*photos\.limits\.side\?/,
    ],
    [
      { allow: 'any', buket: 'x' },
      /no setting .*photos\.buket\. Did you mean originals\.mounts\.photos\.bucket\?/,
    ],
    [{ allow: 'any', moderate: { lables: [] } }, /moderate\.lables\. Did you mean .*moderate\.labels\?/],
    [5, /originals\.mounts\.photos must be an object \(got 5\)/],
  ])('%j', async (mount, message) => {
    const error = await failure(withMounts({ photos: mount }))
    expect(error.message).toMatch(message)
    expect(error.message).toContain('genato.config.json')
    expect(error).toMatchObject({ code: 'BAD_CONFIG', exitCode: 2 })
  })

  it.each([
    ['Photos', /mounts\.Photos must be named with a-z, digits and hyphens.*\(got "Photos"\)/],
    ['4x4', /must be named with a-z/],
    ['a/b', /must be named with a-z/],
    ['', /must be named with a-z/],
    ['a'.repeat(41), /at most 40 characters/],
    ['x300', /mounts\.x300 must not be named like a size/],
    ['generated', /must not be named generated or notes/],
    ['notes', /must not be named generated or notes/],
    ['constructor', /must not have a mount named .*constructor/],
  ])('a mount named %j', async (name, message) => {
    const error = await failure(withMounts({ [name]: { allow: 'any' } }))
    expect(error).toMatchObject({ code: 'BAD_CONFIG', message: expect.stringMatching(message) as string })
  })

  it('more mounts than the gate can hold', async () => {
    const many = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`m${index}`, { allow: 'any' }]))
    expect((await withMounts(many(20))).originals.mounts).toHaveLength(20)
    expect((await failure(withMounts(many(21)))).message).toMatch(/originals\.mounts must have at most 20/)
  })

  it.each([
    [{ memory: 100 }, /originals\.memory must be at least 128/],
    [{ timeout: 60 }, /originals\.timeout must be at most 55/],
    [{ mount: {} }, /no setting originals\.mount\. Did you mean originals\.mounts\?/],
    [{ region: 'eu-west-1' }, /no setting originals\.region/],
  ])('originals with %j', async (rest, message) => {
    expect((await failure(withMounts({}, rest))).message).toMatch(message)
  })
})
