import fc from 'fast-check'
import { escaped, get, type UriCase } from './request.js'

/** A token with exactly one mistake, so that its code is known. */
type Wrong = readonly [path: string, ...codes: string[]]

const nat = (max: number) => fc.nat({ max })
const hex = (length: number) =>
  fc.string({
    unit: fc.constantFrom(...Array.from('0123456789abcdef')),
    minLength: length,
    maxLength: length,
  })

const badSize: fc.Arbitrary<Wrong> = fc
  .oneof(
    fc.constantFrom(
      '0',
      '0x10',
      '10x0',
      '010x10',
      '10x010',
      '1e3x5',
      '1e3',
      '-1x5',
      '+1',
      '1.5',
      '1x1x1',
      '5x',
      '5xx5',
    ),
    fc.constantFrom(
      '5@',
      '5@4x',
      '5@2',
      '5x5@2x@2x',
      '5@0x',
      '5@-2x',
      '5@1x',
      '5@2xx',
      '1..',
      '5x-5',
      '5x+5',
    ),
    // More digits than allowed.
    nat(99_999).map((number) => `${number + 100_000}x1`),
    fc
      .string({ unit: fc.constantFrom(...Array.from('0123456789')), minLength: 6, maxLength: 600 })
      .map((digits) => `1${digits}`),
    fc.integer({ min: 2, max: 300 }).map((many) => `1${'x1'.repeat(many)}`),
  )
  .map((size) => [`/${size},white`, 'BAD_SIZE'])

const overLimit: fc.Arbitrary<Wrong> = fc
  .tuple(fc.integer({ min: 201, max: 99_999 }), fc.integer({ min: 1, max: 200 }), nat(3))
  .map(([long, short, form]) => [
    [`/${long}x${short}`, `/${short}x${long},png`, `/${long}`, `/${Math.max(101, short)}@2x,white`][form]!,
    'SIZE_LIMIT',
  ])

const badColor: fc.Arbitrary<Wrong> = fc
  .oneof(
    fc.oneof(hex(1), hex(2), hex(5), hex(7), hex(9), hex(40)).map((digits) => `%23${digits}`),
    hex(5).map((digits) => digits),
    fc.constantFrom('whit', 'blackk', 'rgb(1%202%203)', 'gggggg', '%23', '%23ggg', 'bleu'),
    fc.constantFrom('%3Cscript%3E', '%22onload%22', '%E2%80%8B', 'white%20', '%20white', 'wh%20ite'),
  )
  .map((color) => [`/20,${color}`, 'BAD_COLOR'])

const repeated: fc.Arbitrary<Wrong> = fc.constantFrom<Wrong>(
  ['/20,white,black', 'BAD_COLOR'],
  ['/20,png,gif', 'BAD_FORMAT'],
  ['/20,png,png', 'BAD_FORMAT'],
  ['/20,white,pngg', 'BAD_FORMAT'],
  ['/20,white,bmp', 'BAD_FORMAT'],
  ['/20,white,tiff', 'BAD_FORMAT'],
  ['/20,white,png,x', 'BAD_OPTION'],
  ['/20,text=a,text=b', 'BAD_OPTION'],
  ['/20,jpg,q=1,Q=2', 'BAD_OPTION'],
  ['/20,fg=red,fg=red', 'BAD_OPTION'],
  ['/20,', 'BAD_OPTION'],
  ['/20,,', 'BAD_OPTION'],
  ['/20,white,', 'BAD_OPTION'],
  ['/20,,white', 'BAD_OPTION'],
  ['/20,white,png,10x10', 'BAD_SIZE'],
  ['/20,fg=', 'BAD_COLOR'],
  ['/20,fg=%3Cb%3E', 'BAD_COLOR'],
  ['/20,=', 'BAD_OPTION'],
  ['/20,=white', 'BAD_OPTION'],
  ['/20,__proto__=1', 'BAD_OPTION'],
  ['/20,constructor=1', 'BAD_OPTION'],
  ['/20,constructor', 'BAD_COLOR'],
  ['/20,white,__proto__', 'BAD_FORMAT'],
  ['/20,white,toString', 'BAD_FORMAT'],
  ['/20,%3Csvg%20onload=alert(1)%3E', 'BAD_OPTION'],
)

const manyCommas: fc.Arbitrary<Wrong> = nat(900).map((many) => [`/20${','.repeat(many + 1)}`, 'BAD_OPTION'])

const badQuality: fc.Arbitrary<Wrong> = fc
  .tuple(
    fc.constantFrom('jpg', 'webp', 'avif'),
    fc.oneof(
      fc.constantFrom(
        '0',
        '101',
        '-1',
        '1.5',
        '',
        '080',
        '1e1',
        'x',
        'NaN',
        'Infinity',
        '0x10',
        '%2B5',
        '５',
      ),
      fc.bigInt({ min: 101n, max: 10n ** 90n }).map(String),
    ),
  )
  .map(([format, quality]) => [`/20,${format},q=${encodeURI(quality).replaceAll('%25', '%')}`, 'BAD_OPTION'])

const noAlpha: fc.Arbitrary<Wrong> = fc.constantFrom<Wrong>(
  ['/20,transparent,jpg', 'NO_ALPHA'],
  ['/20,ff000080,jpeg', 'NO_ALPHA'],
  ['/20,fff8,gif', 'NO_ALPHA'],
  ['/20,white,jpg,fg=fff0', 'NO_ALPHA'],
  ['/20,white,gif,fg=00000080', 'NO_ALPHA'],
  ['/20,png,q=80', 'BAD_OPTION'],
  ['/20,gif,q=80', 'BAD_OPTION'],
  ['/20,svg,q=80', 'BAD_OPTION'],
)

/** Escapes of bytes that are not UTF-8, or of characters that are not allowed in texts. */
const BROKEN = [
  '%ZZ',
  '%',
  '%2',
  '%g0',
  '%%',
  '%u0041',
  '%25%',
  '%80',
  '%FF',
  '%C3',
  '%C3%28',
  '%E2%82',
  '%F0%9F%98',
  '%C0%AF',
  '%C0%80',
  '%E0%80%AF',
  '%F4%90%80%80',
  '%F8%88%80%80%80',
  '%FE%FF',
  '%ED%A0%80',
  '%ED%BF%BF',
  '%ED%A0%BD%ED%B8%80',
  '%ED%A0%80%ED%A0%80',
  '%ED%B0%80',
  '%00',
  '%0A',
  '%0D',
  '%0d%0aX-Injected:%201',
  '%0D%0ASet-Cookie:%20a=b',
  '%0d%0a%0d%0a%3Cscript%3E',
  '%09',
  '%1B%5B31m',
  '%7F',
  '%C2%80',
  '%C2%9B31m',
  '%E2%80%A8',
  '%E2%80%A9',
  '%08',
  '%07',
]

const badEncoding: fc.Arbitrary<Wrong> = fc
  .tuple(
    fc.constantFrom(...BROKEN),
    fc.constantFrom('/20,text=', '/20,white,png,text=a', '/20,', '/20,fg=', '/20,q=', '/20,x'),
    fc.constantFrom('', 'a', 'abc'),
  )
  // After `%` or `%2`, a letter may complete an escape.
  .map(([broken, before, after]) => [
    `${before}${broken}${/^%2?$|%$/.test(broken) ? '' : after}`,
    'BAD_ENCODING',
  ])

const tooLong: fc.Arbitrary<Wrong> = fc.oneof(
  fc.integer({ min: 201, max: 330 }).map((many): Wrong => [`/20,text=${'a'.repeat(many)}`, 'TEXT_LIMIT']),
  fc
    .integer({ min: 1_025, max: 7_000 })
    .map((bytes): Wrong => [`/20,text=${'a'.repeat(bytes)}`, 'TEXT_LIMIT']),
  fc.integer({ min: 350, max: 2_000 }).map((many): Wrong => [`/20,text=${'%2C'.repeat(many)}`, 'TEXT_LIMIT']),
)

/** The bundled font has Latin, Greek and Cyrillic. */
const lacking: fc.Arbitrary<Wrong> = fc
  .constantFrom('日本語', 'שלום', 'مرحبا', 'हिन्दी', 'ไทย', '한국어', '𝔘𝔫𝔦', '\u{10ffff}', 'བོད')
  .map((text) => [`/20,text=${escaped(text)}`, 'BAD_OPTION'])

/** Each has one mistake: `400` with its code. */
export const wrongCases: fc.Arbitrary<UriCase> = fc
  .tuple(
    fc.oneof(
      badSize,
      overLimit,
      badColor,
      repeated,
      manyCommas,
      badQuality,
      noAlpha,
      badEncoding,
      tooLong,
      lacking,
    ),
    fc.constantFrom('GET', 'GET', 'GET', 'GET', 'HEAD'),
  )
  .map(([[path, ...codes], method]) => get('wrong', path, { kind: 'rejected', codes }, method))
