import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { COMPASS } from '../../../handler/shared/pictures/operations.js'
import { canonicalPicturePath } from '../../../handler/shared/pictures/path.js'
import {
  factsPath,
  idleTokens,
  oneSpelling,
  parseRendition,
  readWanted,
  rulesOf,
  writeWanted,
  type WantedPicture,
} from '../../../src/dev/page/client/pictures/wanted.js'

const RULES = rulesOf([{ name: 'photos', signed: false, side: 4096 }])

const side = fc.integer({ min: 1, max: 4096 }).map(String)
const number = (min: number, max: number) => fc.integer({ min, max }).map(String)
const or = (values: fc.Arbitrary<string>) => fc.oneof(fc.constant(''), values)
const place = fc.oneof(
  fc.constantFrom('center', 'smart', 'faces', ...COMPASS),
  number(1, 15).map((index) => `face=${index}`),
  fc.tuple(number(0, 100), number(0, 100)).map(([x, y]) => `at=${x}x${y}`),
)
/** What the form can say, whatever of it is right beside the rest. */
const tokens = fc.record({
  fit: fc.constantFrom('', 'cover', 'contain', 'inside'),
  place: or(place),
  pad: or(number(0, 200)),
  crop: or(fc.tuple(side, side, side, side).map(([w, h, x, y]) => `${w}x${h}+${x}+${y}`)),
  format: fc.constantFrom('', 'jpg', 'png', 'webp', 'avif', 'gif', 'auto', 'json'),
  background: fc.constantFrom('', 'white', 'black', 'fff', 'ff8800'),
  q: or(number(1, 100)),
  rotate: fc.constantFrom('', '90', '180', '270'),
  flop: fc.constantFrom('', 'flop'),
  flip: fc.constantFrom('', 'flip'),
  mono: fc.constantFrom('', 'mono'),
  sharpen: fc.constantFrom('', 'sharpen'),
  still: fc.constantFrom('', 'still'),
  enlarge: fc.constantFrom('', 'enlarge'),
  blur: or(number(1, 100)),
  v: fc.constantFrom('', '2', 'A.b-1'),
})
const key = fc
  .array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 3 })
  .map((names) => names.map((name) => name.toWellFormed().replace(/[\0\\/]/g, '_')).join('/'))
  .filter((whole) => !whole.split('/').some((name) => name === '.' || name === '..'))
const sizes = fc.oneof(
  fc.record({ width: side, height: side }),
  fc.record({ width: side, height: fc.constant('') }),
  fc.record({ width: fc.constant(''), height: side }),
)
const wanted: fc.Arbitrary<WantedPicture> = fc
  .tuple(sizes, tokens, key)
  .map(([size, said, whole]) => ({ mount: 'photos', key: whole, ...size, tokens: said }))

describe('the form for stored pictures', () => {
  it('writes the one spelling of a right URL, whatever is chosen in it', () => {
    fc.assert(
      fc.property(wanted, (said) => {
        const path = writeWanted(said, RULES)
        const parsed = parseRendition(path, RULES)
        expect([path, parsed?.key]).toEqual([path, said.key])
        expect(parsed && canonicalPicturePath(parsed)).toBe(path)
      }),
    )
  })

  it('writes what it has read', () => {
    fc.assert(
      fc.property(wanted, (said) => {
        const path = writeWanted(said, RULES)
        const parsed = parseRendition(path, RULES)
        expect(parsed && writeWanted(readWanted(parsed), RULES)).toBe(path)
      }),
    )
  })

  it('asks for the facts of every picture that it can build', () => {
    fc.assert(
      fc.property(wanted, (said) => {
        const parsed = parseRendition(writeWanted(said, RULES), RULES)
        expect(parsed && parseRendition(factsPath(parsed), RULES)?.operations).toMatchObject({
          format: { kind: 'json' },
          crop: parsed?.operations.crop,
          place: parsed?.operations.place,
        })
      }),
    )
  })

  it.each([
    ['400', '', { fit: 'inside', place: 'smart' }, ['fit', 'place', 'pad', 'q']],
    ['400', '300', { fit: 'inside' }, ['place', 'pad', 'q']],
    ['400', '300', { fit: 'contain', place: 'smart' }, ['place', 'pad', 'q']],
    ['400', '300', { fit: 'contain', place: 'top', format: 'png' }, ['pad', 'q', 'still']],
    ['400', '300', { place: 'faces', format: 'webp' }, ['crop']],
    ['400', '300', { format: 'json' }, ['pad', 'q', 'background']],
  ])('%sx%s with %j leaves out %j', (width, height, said, left) => {
    const idle = idleTokens({ mount: 'photos', key: 'a.jpg', width, height, tokens: said })
    expect([...idle]).toEqual(left)
  })

  it('leaves a wrong value in the path, for the service to explain', () => {
    const said = {
      mount: 'photos',
      key: 'a b.jpg',
      width: '400',
      height: '300',
      tokens: { format: 'webp', q: '900' },
    }
    expect(writeWanted(said, RULES)).toBe('/photos/400x300,webp,q=900/a%20b.jpg')
    expect(parseRendition('/photos/400x300,webp,q=900/a.jpg', RULES)).toBeUndefined()
  })

  it.each([
    ['/photos/400X300,WEBP,Smart/a.jpg', '/photos/400x300,smart,webp/a.jpg'],
    ['/photos/a.jpg', '/photos/a.jpg'],
    ['/photos/400x300,nonsense/a.jpg', '/photos/400x300,nonsense/a.jpg'],
    ['/elsewhere/400X300/a.jpg', '/elsewhere/400X300/a.jpg'],
  ])('knows the one spelling of %s', (path, spelling) => {
    expect(oneSpelling(path, RULES)).toBe(spelling)
  })
})
