import { expect, it } from 'vitest'
import { readOriginalsArgument } from '../../src/commands/chosen-originals.js'

const MOUNTS = new Set(['photos'])

it.each<[given: string, expected: object]>([
  ['photos/a b.jpg', { originals: { mount: 'photos', key: 'a b.jpg' } }],
  ['photos/a%20b.jpg', { originals: { mount: 'photos', key: 'a%20b.jpg' } }],
  ['/photos/a%20b.jpg', { originals: { mount: 'photos', key: 'a b.jpg' }, text: 'photos/a b.jpg' }],
  ['https://example.com/photos/a.jpg?sig=x', { originals: { mount: 'photos', key: 'a.jpg' } }],
  ['photos/cats/', { originals: { mount: 'photos', prefix: 'cats/' } }],
  ['/photos/my%20cats/', { originals: { mount: 'photos', prefix: 'my cats/' } }],
  ['photos/', { originals: { mount: 'photos', prefix: '' } }],
  ['photos', { originals: { mount: 'photos', prefix: '' }, text: 'photos/' }],
  ['/photos', { originals: { mount: 'photos', prefix: '' }, text: 'photos/' }],
  ['photos/400x300/a.jpg', { originals: { mount: 'photos', key: '400x300/a.jpg' } }],
  [
    '/photos/400X300,AUTO,centre/a.jpg',
    { originals: { mount: 'photos', key: 'a.jpg' }, operations: '400x300_auto' },
  ],
])('%s', (given, expected) => {
  expect(readOriginalsArgument(given, MOUNTS)).toMatchObject(expected)
})

it.each(['/640x480', 'photo/a.jpg', '/photosx/a.jpg', '', '/', '640x480,white'])(
  '%s is below no mount',
  (given) => {
    expect(readOriginalsArgument(given, MOUNTS)).toBeUndefined()
  },
)

it.each([
  ['/photos/400x300,wepb/a.jpg', 'BAD_OPTION'],
  ['/photos/%zz/', 'BAD_PATH'],
  ['/photos/a%2F..%2Fb.jpg', 'BAD_ENCODING'],
])('%s is refused', (given, code) => {
  expect(() => readOriginalsArgument(given, MOUNTS)).toThrow(expect.objectContaining({ code, exitCode: 2 }))
})
