import { describe, expect, it } from 'vitest'
import {
  escapeKey,
  isOriginalKey,
  parseRenditionPath,
  readOperationsKey,
  unescapeKey,
} from '../../../../handler/shared/pictures/key.js'

describe('an escaped key', () => {
  it.each([
    ['cats/tom.jpg', 'cats/tom.jpg'],
    ['a b', 'a~20b'],
    ['~', '~7E'],
    ['a~20b', 'a~7E20b'],
    ['%41', '~2541'],
    ["!'()*+,=&;:@$#?", '~21~27~28~29~2A~2B~2C~3D~26~3B~3A~40~24~23~3F'],
    ['ü', '~C3~BC'],
    ['u\u0308', 'u~CC~88'],
    ['😀', '~F0~9F~98~80'],
    ['\n\u0001\u007f', '~0A~01~7F'],
    ['\ufeff', '~EF~BB~BF'],
  ])('of %j is %s', (key, escaped) => {
    expect(escapeKey(key)).toBe(escaped)
    expect(unescapeKey(escaped)).toBe(key)
  })

  it.each(['~7e', '~41', '~C3', '~ff', '~', '~4', '~C0~AF', '~ED~A0~80', 'a b', '%20', 'a+b', 'ü', '~2F'])(
    'is never %s',
    (text) => expect(unescapeKey(text)).toBeUndefined(),
  )

  it.each(['', '/a', 'a/', 'a//b', '.', '..', 'a/./b', '../a', 'a\0', 'a\\b', '\ud800'])(
    'is needed for no original called %j',
    (key) => expect(isOriginalKey(key)).toBe(false),
  )
})

describe('the path of a rendition', () => {
  const GENERATION = '0123456789ab'

  it('says its generation, mount, key and operations', () => {
    expect(parseRenditionPath(`/art-2/${GENERATION}/a~20b/c.jpg/400x300_auto-avif_q-70`)).toEqual({
      generation: GENERATION,
      mount: 'art-2',
      key: 'a b/c.jpg',
      operations: expect.objectContaining({
        width: 400,
        height: 300,
        format: { kind: 'auto', accepted: 'avif' },
        quality: 70,
      }) as unknown,
    })
  })

  it('says that an original is served as it is stored', () => {
    const parsed = parseRenditionPath(`/photos/${GENERATION}/as-is/as-is`)
    expect(parsed).toEqual({ generation: GENERATION, mount: 'photos', key: 'as-is', operations: 'as-is' })
  })

  it.each([
    '',
    '/',
    `photos/${GENERATION}/a/400x300`,
    `/photos/${GENERATION}/a`,
    `/photos/${GENERATION}/400x300`,
    `/photos/${GENERATION}//400x300`,
    `/photos/${GENERATION}/a//b/400x300`,
    `/${GENERATION}/photos/a/400x300`,
    `/photos/${GENERATION}/../a/400x300`,
    `/photos/${GENERATION}/~2E~2E/400x300`,
    `/photos/${GENERATION}/a~00/400x300`,
    `/photos/${GENERATION}/a~5Cb/400x300`,
    `/photos/${GENERATION}/a~2Fb/400x300`,
    `/photos/${GENERATION}/a%20b/400x300`,
    `/photos/${GENERATION}/a~7eb/400x300`,
    `/photos/${GENERATION}/a/400x300/`,
    `/photos/${GENERATION}/a/400x300\n`,
    `/Photos/${GENERATION}/a/400x300`,
    `/photos/0123456789AB/a/400x300`,
    `/photos/0123456789a/a/400x300`,
    `/photos/${GENERATION}/${'a'.repeat(1024)}/400x300`,
    ...[
      '400x300@2x',
      '0400x300',
      'x',
      '400X300',
      '400x300_cover',
      '400x300_center',
      '400x300_Smart',
      '400x300_webp_smart',
      '400x300_webp_q-80',
      '400x300_q-70',
      '400x300_q=70_webp',
      '400x300_bg-fff',
      '400x300_bg-FF8800',
      '400x300_ff8800',
      '400x300_white',
      '400x300_bg-white',
      '400x300_bg-ff8800ff',
      '400x300_bg-ff880000',
      '400x300_bg-ffffff_jpg',
      '400x300_at-50x50',
      '400x300_at-0x0',
      '400x300_crop-1x1+0+0',
      '400x300_crop-1x1-0',
      '400x300_flop_flip',
      '400x300_rotate-180_flop',
      '400x_contain',
      '400x_smart',
      '400x300_auto',
      '400x300_auto_avif',
      '400x300_auto-jpg',
      '400x300_auto-avif_auto-avif',
      '400x300_auto-avif_auto-none',
      '400x300_auto-avif_webp',
      '400x300_jpeg',
      '400x300_',
      '_400x300',
      '400x300_v-',
      '400x300_V-a',
      '400x300_v-a_v-a',
      '400x300,smart',
      'AS-IS',
    ].map((operations) => `/photos/${GENERATION}/a/${operations}`),
  ])('is never %j', (path) => expect(parseRenditionPath(path)).toBeUndefined())

  it('has an undecided format only in an allow-list', () => {
    expect(readOperationsKey('400x300_auto')).toMatchObject({ format: { kind: 'auto' } })
    expect(readOperationsKey('400x300_auto_q-80')).toMatchObject({ quality: 80 })
    expect(readOperationsKey('400x300_jpeg')).toBeUndefined()
  })
})
