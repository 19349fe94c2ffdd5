import fc from 'fast-check'
import { escaped } from '../uris/request.js'
import { attack, refusedAs, type Attack } from './judge.js'
import { KEYS, MOUNTS } from './world.js'

const OPEN = ['any', 'fast', 'narrow', 'raw'] as const
const method = fc.constantFrom('GET', 'GET', 'GET', 'HEAD')

/** Tokens that go together in any order, with the spellings of each. */
const TOKENS: readonly (readonly string[])[] = [
  ['top', 'TOP', 'at=50x0', 'At=50X0'],
  ['jpg', 'JPEG', 'jpeg'],
  ['q=70', 'Q=70'],
  ['rotate=90', 'ROTATE=90'],
  ['flop', 'FLOP'],
  ['mono'],
  ['sharpen', 'Sharpen'],
  ['blur=2', 'BLUR=2'],
  ['enlarge'],
  ['ff8800', 'FF8800', 'f80', '%23F80', 'ff8800ff'],
  ['v=Ab', 'V=Ab'],
]

/** Several spellings of one rendition: 200, and the same picture. */
export const sameCases: fc.Arbitrary<{ name: string; cases: Attack[] }> = fc
  .record({
    mount: fc.constantFrom('any', 'fast', 'raw'),
    key: fc.constantFrom('tom.jpg', 'cats/tom.jpg', 'logo.png', 'a b+c,é~.jpg'),
    width: fc.integer({ min: 1, max: 20 }),
    height: fc.integer({ min: 1, max: 20 }),
    tokens: fc.subarray([...TOKENS], { maxLength: 5 }),
    spellings: fc.array(
      fc.record({
        order: fc.nat(),
        which: fc.nat(),
        scale: fc.constantFrom(1, 2),
        key: fc.nat({ max: 2 }),
        method,
      }),
      { minLength: 2, maxLength: 3 },
    ),
  })
  .map(({ mount, key, width, height, tokens, spellings }) => {
    // `q` needs a format that has it.
    const given = tokens.includes(TOKENS[2]!) ? [...new Set([...tokens, TOKENS[1]!])] : tokens
    const cases = spellings.map(({ order, which, scale, key: written, method }) => {
      const size = scale === 2 ? `${width}x${height}@2X` : `${width * 2}X${height * 2}`
      const words = given.map((token) => token[which % token.length] ?? '')
      const turned = words.map((_, index) => words[(index + order) % words.length] ?? '')
      const spelt = [key.split('/').map(encodeURIComponent).join('/'), escaped(key), encodeURIComponent(key)][
        written
      ]
      return attack(
        'same',
        `/${mount}/${[size, ...turned].join(',')}/${spelt}`,
        ({ status, body }) => (status === 200 ? undefined : `is ${status}: ${body.toString().slice(0, 200)}`),
        { method },
      )
    })
    return { name: `${mount} ${key} ${width}x${height} ${JSON.stringify(given)}`, cases }
  })

/** Segments with one mistake each. */
const WRONG: readonly (readonly [code: string, ...segments: string[]])[] = [
  [
    '400 BAD_SIZE',
    '0x10',
    '10x0',
    '010x10',
    '1.5x2',
    'x@2x4',
    '5x5@4x',
    '5x5@2x@2x',
    '100000x1',
    'X.1',
    '5x5@',
  ],
  ['400 SIZE_LIMIT', '301x1', '1x301', '151x1@2x', '99999x', 'x101@3x'],
  [
    '400 BAD_OPTION',
    '9x9,',
    '9x9,,jpg',
    '9x9,wepb',
    '9x9,q=0,jpg',
    '9x9,jpg,q=101',
    '9x9,jpg,png',
    '9x9,flop,flop',
  ],
  [
    '400 BAD_OPTION',
    '9x9,rotate=0',
    '9x9,rotate=45',
    '9x9,blur=0',
    '9x9,blur=1e9',
    '9x9,v=',
    '9x9,v=a_b',
    '9x9,8x8',
  ],
  [
    '400 BAD_OPTION',
    '9x9,__proto__',
    '9x9,constructor=1',
    '9x9,toString',
    '9x9,auto-avif',
    '9x9,auto=avif',
    '9x9,as-is',
  ],
  [
    '400 BAD_OPTION',
    '9x9,%23',
    '9x9,12345',
    '9x9,face=0',
    '9x9,face=16',
    '9x9,at=101x0',
    '9x9,at=-1x0',
    '9x9,crop=0x1+0+0',
  ],
  [
    '400 BAD_OPTION',
    '9x9,crop=1x1-0-0',
    '9x9,crop=1x1%200%200',
    '9x9,jpg%01',
    '9x9,%D0%B0uto',
    '9x9,%EF%AC%82op',
  ],
  [
    '400 CONFLICT',
    '9x,top',
    '9x9,top,left',
    '9x9,inside,top',
    '9x9,contain,smart',
    '9x9,pad=10',
    '9x9,png,q=5',
    '9x9,json,fff',
  ],
  [
    '400 CONFLICT',
    '9x9,faces,crop=1x1+0+0',
    '9x9,still,jpg',
    '9x9,jpg,transparent',
    '9x9,json,q=10',
    '9x9,jpg,ff000080',
  ],
  [
    '400 BAD_ENCODING',
    '9x9,%',
    '9x9,%zz',
    '9x9,%80',
    '9x9,%ED%A0%80',
    '9x9,%C0%AF',
    '9x9,a%00',
    '9x9%5C',
    '9x9\\',
  ],
  ['400 BAD_CROP', '9x9,crop=61x1+0+0', '9x9,crop=1x1+60+0', '9x9,crop=99999x99999+99999+99999'],
  ['400 NO_FACE', '9x9,face=1', '9x9,face=15'],
]

/** Keys that no original may have, and what is answered. */
const WRONG_KEYS: readonly (readonly [code: string, ...keys: string[]])[] = [
  [
    '400 BAD_ENCODING',
    '..',
    '../tom.jpg',
    '%2e%2e/tom.jpg',
    'a/%2E./b',
    'a%2f..%2fb',
    './tom.jpg',
    'a//b',
    'a%2f%2fb',
    '%2ftom.jpg',
  ],
  [
    '400 BAD_ENCODING',
    'tom.jpg%00',
    'tom.jpg%00.png',
    'a%5Cb',
    'a\\b',
    'tom.jpg%',
    '%C0%AE%C0%AE/x',
    '%ED%A0%80',
    'tom.jpg%2f',
    '/tom.jpg',
  ],
  [
    '404 NOT_FOUND',
    '',
    'a/',
    'none.jpg',
    '.env',
    '.git/config',
    'cats',
    'tom.jpg/',
    'TOM.JPG',
    'tom.jpg%20',
    'tom.jpg.',
    '%2B',
    '~',
    'tom.jpg~2e',
  ],
  [
    '404 NOT_FOUND',
    '_notes/x',
    'generated/x',
    'as-is',
    'con',
    'tom.jpg::$DATA',
    '...',
    '..tom',
    '%252e%252e/tom.jpg',
    'tom.jpg%0A',
    '%EF%BC%8E%EF%BC%8E',
  ],
  ['415 NOT_A_PICTURE', 'notes.txt'],
  ['400 PATH_LIMIT', 'a'.repeat(1_020), '%C3%A9'.repeat(180), '%20'.repeat(345)],
]

const wrongSegment = fc
  .tuple(fc.constantFrom(...WRONG), fc.nat(), fc.constantFrom(...OPEN), method)
  .map(([[code, ...segments], which, mount, how]) =>
    attack('wrong', `/${mount}/${segments[which % segments.length]}/tom.jpg`, refusedAs(how, code), {
      method: how,
    }),
  )
const wrongKey = fc
  .tuple(
    fc.constantFrom(...WRONG_KEYS),
    fc.nat(),
    fc.constantFrom(...OPEN),
    fc.constantFrom('9x9', '9x9,auto'),
    method,
  )
  .map(([[code, ...keys], which, mount, segment, how]) =>
    attack('wrong', `/${mount}/${segment}/${keys[which % keys.length]}`, refusedAs(how, code), {
      method: how,
    }),
  )

/** One mistake each: its code. */
export const wrongCases = fc.oneof(wrongSegment, wrongKey)

/** Pieces that have a meaning somewhere between a viewer and a decoder. */
const PIECES = [
  ...', / % = x @ . .. - _ ~ + 0 9 ? & ; : // \\ | * ! ( ) [ ] { } ^ ` " \' < > # $'.split(' '),
  ...'%2F %2f %5C %2e %2e%2e %252e %252F %25252e %00 %0d%0a %0a %20 %2B %2C %3D %23 %3F %7E %7e'.split(' '),
  ...'%EF%BB%BF %E2%80%AE %CC%81 %F0%9F%98%80 %ED%A0%80 %C0%AE %C3%A9 %u002e ~2E ~2F ~00 ~41 é 日 １ ﬂ'.split(
    ' ',
  ),
  ...'9x9 20x 99999x x.5 @2x 0x0 smart faces face=1 auto json crop=1x1+0+0 q=1 v=1 as-is auto-avif'.split(
    ' ',
  ),
  ...'generated _notes notes signed seen raw any wide 0123456789ab generations.json renditions objects'.split(
    ' ',
  ),
  ...'__proto__ constructor tom.jpg .env .git/config <script> %3Csvg%20onload=x%3E file:///etc/passwd'.split(
    ' ',
  ),
]
const piece = fc.oneof(
  fc.constantFrom(...PIECES),
  fc.integer({ min: 0, max: 255 }).map((byte) => `%${byte.toString(16).padStart(2, '0')}`),
  fc.string({ unit: 'grapheme', maxLength: 4 }).map(escaped),
)
const mount = fc.constantFrom(...(Object.keys(MOUNTS) as (keyof typeof MOUNTS)[]))

const mutated = fc
  .tuple(
    mount,
    fc.constantFrom(
      '9x9',
      '20x,auto',
      '9x9,smart,jpg,q=70',
      '12x9,contain,topleft,f80,png',
      '9x9,crop=9x9+1+1,v=A',
    ),
    fc.constantFrom(...KEYS),
    fc.array(fc.record({ at: fc.nat({ max: 60 }), remove: fc.nat({ max: 4 }), insert: piece }), {
      minLength: 1,
      maxLength: 4,
    }),
  )
  .map(([name, segment, key, changes]) => {
    let path = `/${name}/${segment}/${encodeURI(key)}`
    for (const { at, remove, insert } of changes) {
      const from = 1 + (at % path.length)
      path = path.slice(0, from) + insert + path.slice(from + remove)
    }
    return path
  })
const assembled = fc
  .tuple(mount, fc.array(fc.tuple(piece, fc.constantFrom('', ',', '/')), { minLength: 1, maxLength: 10 }))
  .map(([name, parts]) => `/${name}/${parts.flat().join('')}`)
const long = fc
  .tuple(
    mount,
    fc.constantFrom('a', 'é', '%20', 'a/', '9x9,', '~', '%2F', ',', '@2x', '.'),
    fc.integer({ min: 1, max: 2_000 }),
  )
  .map(([name, unit, many]) => `/${name}/9x9/${unit.repeat(many)}`)

/** Any answer of the table is right. */
export const hostileCases: fc.Arbitrary<Attack> = fc
  .tuple(fc.oneof(mutated, mutated, mutated, assembled, assembled, long), method)
  .map(([path, how]) =>
    // A blank or a control character in the request line is invalid HTTP, which test/dev/uris covers.
    // oxlint-disable-next-line no-control-regex
    attack('hostile', path.replace(/[\u0000-\u0020\u007f]/g, '_'), undefined, { method: how }),
  )

const UP = [
  '..',
  '%2e%2e',
  '%2E.',
  '.%2e',
  '%252e%252e',
  '..%00',
  '..;',
  '....',
  '%c0%ae%c0%ae',
  '．．',
  '..\\',
  '~2E~2E',
]
const SLASHES = ['/', '%2f', '%2F', '%5c', '\\', '%252f', '//', '/./', '%c0%af', '∕', '%2f%2f', '~2F']

/**
 * Ways from a mount to what isn't below it.
 * @param generation of the mount, which a viewer may know.
 */
export function outsideCases(name: string, generation: string): fc.Arbitrary<Attack> {
  const targets = [
    'outside.txt',
    'wide/tom.jpg',
    'signed/tom.jpg',
    'seen/tom.jpg',
    'genato.config.json',
    '.genato/signing.json',
    'renditions',
    'images/renditions',
    'etc/passwd',
    'generated/20x20',
    '_notes',
    'labels.json',
    'tom.jpg',
  ]
  const starts = [
    '9x9/',
    '9x9,json/',
    '9x9%2f',
    '',
    'cats/',
    '9x9/cats/',
    '9x9/wide/',
    `${generation}/`,
    `9x9/${generation}/`,
    `${generation}/tom.jpg/`,
    '/',
    '9x9//',
    '9x9/%2f',
    '%2f',
    '9x9/file:',
    '9x9/http://',
    '9x9/C:',
  ]
  return fc
    .record({
      target: fc.constantFrom(...targets),
      start: fc.constantFrom(...starts),
      up: fc.constantFrom(...UP),
      slash: fc.constantFrom(...SLASHES),
      deep: fc.nat({ max: 8 }),
      before: fc.constantFrom(
        '',
        '',
        '',
        'x/../',
        '%2e/',
        'generated/../',
        'signed/../',
        `${generation}/../`,
      ),
      end: fc.constantFrom(
        '',
        '',
        '%00',
        '%00.png',
        '/',
        '/.',
        '%20',
        '/as-is',
        '/9x9',
        '/40x30_webp',
        '?x',
        '#x',
      ),
    })
    .map(({ target, start, up, slash, deep, before, end }) =>
      attack(
        'outside',
        `/${before}${name}/${start}${`${up}${slash}`.repeat(deep)}${target.replaceAll('/', slash)}${end}`,
      ),
    )
}

const HEADERS = [
  'X-Original-URL: /raw/tom.jpg',
  'X-Rewrite-URL: /signed/9x9/tom.jpg',
  'X-Forwarded-Host: evil.example',
  'X-Forwarded-Prefix: /../',
  'X-HTTP-Method-Override: DELETE',
  'X-Amz-Meta-Cache-Tag: x',
  'Cookie: auto=avif',
  'Range: bytes=0-0',
  'Range: bytes=5-1,-99999999',
  'If-None-Match: *',
  'If-Match: "x"',
  'Cache-Control: no-store',
  'Accept: image/avif;q=2',
  'Accept: image/avif;q=nan',
  `Accept: ${'image/webp,'.repeat(500)}`,
  'Accept: *',
  'Accept: image/avif\r\nAccept: image/webp',
  'Authorization: AWS4-HMAC-SHA256 x',
  'X-Amz-Expected-Bucket-Owner: 1',
  'Accept-Encoding: gzip;q=9',
  'Expect: 100-continue',
  'Origin: https://evil.example',
  'Host2: x',
  'Via: x',
  '__proto__: x',
]

/** Headers that a server might believe. */
export const headerCases: fc.Arbitrary<Attack> = fc
  .tuple(
    fc.constantFrom(...HEADERS),
    mount,
    fc.constantFrom('9x9', '20x,auto', '9x9,json', '9x9,wrong'),
    fc.constantFrom(...KEYS, 'none.jpg'),
    fc.constantFrom(
      '',
      '?x=1',
      '?sig=aaaaaaaaaaaaaaaaaaaaaa',
      '?versionId=1',
      '?response-content-type=text/html',
    ),
    method,
  )
  .map(([header, name, segment, key, query, how]) =>
    attack('headers', `/${name}/${segment}/${encodeURI(key)}${query}`, undefined, {
      method: how,
      headers: `${header}\r\n`,
    }),
  )
