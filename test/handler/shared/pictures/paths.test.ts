import { describe, expect, it } from 'vitest'
import { parsePicturePath } from '../../../../handler/shared/pictures/path.js'
import { MOUNTS, read, refusal, spelling } from './support.js'

describe('a path', () => {
  it.each([
    ['/640x480,navy'],
    ['/'],
    ['/photos'],
    ['/Photos/400x300/a.jpg'],
    ['/photosx/400x300/a.jpg'],
    ['/images/400x300/a.jpg'],
    ['//photos/400x300/a.jpg'],
    ['photos/400x300/a.jpg'],
    ['/%ff/400x300/a.jpg'],
  ])('%s is below no mount', (path) => expect(parsePicturePath(path, MOUNTS)).toBeUndefined())

  it.each([
    ['2024/05/cat.jpg'],
    ['2024-05/cat.jpg'],
    ['1.2.3/logo.png'],
    ['x/a.jpg'],
    ['0xfa/a.jpg'],
    ['ax4/a.jpg'],
    ['4x4a/a.jpg'],
    ['a/400x300/b.jpg'],
    ['a@2x.jpg'],
    ['@2x/a.jpg'],
  ])('/photos/%s has no size', (rest) =>
    expect(read(`/photos/${rest}`)).toEqual({ kind: 'as-is', mount: 'photos', key: rest }),
  )

  it.each([
    ['400x300/a.jpg', 'a.jpg', '400x300/a.jpg'],
    ['400x300/500x300/a.jpg', '500x300/a.jpg', '400x300/500x300/a.jpg'],
    ['400x300/a b.jpg', 'a b.jpg', '400x300/a%20b.jpg'],
    ['400x300/a%20b.jpg', 'a b.jpg', '400x300/a%20b.jpg'],
    ['400x300/a+b.jpg', 'a+b.jpg', '400x300/a+b.jpg'],
    ['400x300/a%2Bb%2cc%3D.jpg', 'a+b,c=.jpg', '400x300/a+b,c=.jpg'],
    ['400x300/a%2Fb.jpg', 'a/b.jpg', '400x300/a/b.jpg'],
    ['400x300/%25.jpg', '%.jpg', '400x300/%25.jpg'],
    ['400x300/%252F.jpg', '%2F.jpg', '400x300/%252F.jpg'],
    ['400x300/%C3%BC.jpg', 'ü.jpg', '400x300/%C3%BC.jpg'],
    ['400x300/%c3%bc.jpg', 'ü.jpg', '400x300/%C3%BC.jpg'],
    ['400x300/ü.jpg', 'ü.jpg', '400x300/%C3%BC.jpg'],
    ['400x300/%7Ea~.jpg', '~a~.jpg', '400x300/~a~.jpg'],
    ["400x300/(it's)!*.jpg", "(it's)!*.jpg", '400x300/%28it%27s%29%21%2A.jpg'],
    ['400x300/%0A.jpg', '\n.jpg', '400x300/%0A.jpg'],
    ['400x300/%EF%BB%BF', '\ufeff', '400x300/%EF%BB%BF'],
    ['400x300/...', '...', '400x300/...'],
    ['400x300/as-is', 'as-is', '400x300/as-is'],
    ['400x300%2Csmart/a.jpg', 'a.jpg', '400x300,smart/a.jpg'],
    ['a%2c.jpg', 'a,.jpg', 'a,.jpg'],
  ])('/photos/%s has the key %j', (rest, key, one) => {
    expect(read(`/photos/${rest}`).key).toBe(key)
    expect(spelling(rest)).toBe(one)
  })

  it.each([
    // Encoding.
    ['/photos/400x300/%', 'BAD_ENCODING'],
    ['/photos/400x300/%4', 'BAD_ENCODING'],
    ['/photos/400x300/%zz', 'BAD_ENCODING'],
    ['/photos/400x300/%ff', 'BAD_ENCODING'],
    ['/photos/400x300/%C0%AF', 'BAD_ENCODING'],
    ['/photos/400x300/%ED%A0%80', 'BAD_ENCODING'],
    ['/photos/400x300/\ud800', 'BAD_ENCODING'],
    ['/photos/400x300,%ff/a', 'BAD_ENCODING'],
    ['/photos/%ff', 'BAD_ENCODING'],
    ['/photos/400x300/%00', 'BAD_ENCODING'],
    ['/photos/400x300,v=%00/a', 'BAD_ENCODING'],
    ['/photos/400x300/a\\b', 'BAD_ENCODING'],
    ['/photos/400x300/a%5Cb', 'BAD_ENCODING'],
    ['/photos/400x300/./a', 'BAD_ENCODING'],
    ['/photos/400x300/../a', 'BAD_ENCODING'],
    ['/photos/../400x300/a', 'BAD_ENCODING'],
    ['/photos/400x300/%2e%2E/a', 'BAD_ENCODING'],
    ['/photos/400x300/a/..%2f..%2fb', 'BAD_ENCODING'],
    ['/photos/400x300/a%2F%2Fb', 'BAD_ENCODING'],
    ['/photos/400x300/%2Fa', 'BAD_ENCODING'],
    ['/photos/400x300/a%2F', 'BAD_ENCODING'],
    ['/photos/400x300//a', 'BAD_ENCODING'],
    ['/photos//400x300/a', 'BAD_ENCODING'],
    ['/%70hotos/400x300/a', 'BAD_ENCODING'],
    // No original.
    ['/photos/', 'NOT_FOUND'],
    ['/photos/400x300', 'NOT_FOUND'],
    ['/photos/400x300,smart', 'NOT_FOUND'],
    ['/photos/400x300/', 'NOT_FOUND'],
    ['/photos/400x300/a/', 'NOT_FOUND'],
    ['/photos/a/', 'NOT_FOUND'],
    ['/photos/400x300%2Fa.jpg', 'NOT_FOUND'],
    ['/photos/400x300%2Ca%2Fb.jpg', 'BAD_OPTION'],
    // 1,024 bytes with the generation, the mount and the operations.
    [`/photos/400x300/${'a'.repeat(1024 - 13 - 7 - 8 + 1)}`, 'PATH_LIMIT'],
    [`/photos/400x300/${'%C3%BC'.repeat(170)}`, 'PATH_LIMIT'],
    [`/photos/400x300,auto/${'a'.repeat(1024 - 13 - 7 - 18 + 1)}`, 'PATH_LIMIT'],
    [`/photos/${'a'.repeat(1024 - 13 - 7 - 6 + 1)}`, 'PATH_LIMIT'],
  ])('%s is refused as %s', (path, code) => expect(refusal(path).code).toBe(code))

  it('may fill 1,024 bytes of a key', () => {
    for (const [head, longest] of [
      ['400x300/', 1024 - 13 - 7 - 8],
      ['400x300,auto/', 1024 - 13 - 7 - 18],
      ['', 1024 - 13 - 7 - 6],
    ] as const)
      expect(read(`/photos/${head}${'a'.repeat(longest)}`).key).toHaveLength(longest)
  })

  it("follows its mount's longest side", () => {
    const mounts = new Map([['small', { name: 'small', limits: { side: 100 } }]])
    expect(parsePicturePath('/small/100x50/a', mounts)).toMatchObject({ key: 'a' })
    expect(() => parsePicturePath('/small/51x@2x/a', mounts)).toThrow('no side may be longer than 100')
  })
})
