import fc from 'fast-check'
import { escaped, get, type UriCase } from './request.js'

const SEEDS = [
  '/64x48,white,png',
  '/60,jpg,q=55',
  '/50x60@2x,f008,webp,fg=red,text=Hi%2C%20you',
  '/1,transparent,gif,text=',
  '/9x9,%23abc,text=%D0%96%CE%A9',
  '/60,svg,text=%3Cb%3E',
  '/images/logo.svg',
  '/favicon.ico',
]

/** Pieces that have a meaning somewhere between here and the file system, a terminal and a browser. */
const PIECES = [
  ',',
  '/',
  '%',
  '=',
  'x',
  '@',
  '.',
  '..',
  '-',
  '0',
  '9',
  '?',
  '&',
  ';',
  ':',
  '//',
  '\\',
  '\\\\',
  '~',
  '|',
  '*',
  'text=',
  'fg=',
  'q=',
  '%2F',
  '%2f',
  '%5C',
  '%2e',
  '%2e%2e',
  '%252e',
  '%252F',
  '%25252e',
  '%00',
  '%0d%0a',
  '%0a',
  '%EF%BB%BF',
  '%E2%80%AE',
  '%E2%81%A6',
  '%D8%9C',
  '%CC%81',
  '%E2%80%8D',
  '%F0%9F%98%80',
  '%ED%A0%80',
  '%C0%AE',
  '%3Cscript%3E',
  '%3C/text%3E',
  '%22',
  '%27',
  '%26lt;',
  '%7B%7B',
  '$%7Bx%7D',
  '`id`',
  '$(id)',
  "'",
  '"',
  '<',
  '>',
  '<script>',
  '{',
  '}',
  '[',
  ']',
  '^',
  '`',
  '\u202e',
  '\ufeff',
  '\u0301',
  'é',
  '日',
  '𝔘',
  '１',
  'file:///etc/passwd',
  'http://evil.example/',
  'generated',
  'objects',
  'made-by',
  '.genato',
  '__proto__',
  'CON',
  'NUL',
  '99999',
  '1e309',
  '0x',
  '-0',
  'NaN',
]

const MARKUP = [
  '<',
  '>',
  '"',
  "'",
  '&',
  '&lt;',
  '&#x3c;',
  '&amp;',
  ']]>',
  '<![CDATA[',
  '<!--',
  '-->',
  '<?',
  '?>',
  '</text>',
  '</svg>',
  '<script>',
  '<svg onload=x>',
  '<a href=',
  ' onclick=',
  'javascript:',
  '%',
  '%3C',
  '\\',
  '`',
  '${}',
  'é',
  'e\u0301',
  'Ж',
  ' ',
  'a',
  'B',
  '0',
  ',',
  '/',
  '..',
  ';',
  '=',
  '#',
  '?',
  '+',
  '\u00a0',
  '–',
  '…',
  '€',
  '™',
]

const piece = fc.oneof(
  fc.constantFrom(...PIECES),
  fc.integer({ min: 0, max: 255 }).map((byte) => `%${byte.toString(16).padStart(2, '0')}`),
  fc.string({ unit: 'grapheme', maxLength: 4 }).map(escaped),
)

const mutated = fc
  .tuple(
    fc.constantFrom(...SEEDS),
    fc.array(fc.record({ at: fc.nat({ max: 60 }), remove: fc.nat({ max: 4 }), insert: piece }), {
      minLength: 1,
      maxLength: 4,
    }),
  )
  .map(([seed, changes]) => {
    let path = seed
    for (const { at, remove, insert } of changes) {
      const from = 1 + (at % path.length)
      path = path.slice(0, from) + insert + path.slice(from + remove)
    }
    return path
  })

const text = fc
  .oneof(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.string({ unit: 'binary', maxLength: 30 }))
  .map((value) => `/40,svg,text=${escaped(value)}`)
/** From the characters of the bundled font, so that the text is drawn. */
const drawn = fc
  .tuple(
    fc.array(fc.constantFrom(...MARKUP), { minLength: 1, maxLength: 6 }),
    fc.constantFrom('svg', 'svg', 'png', 'gif', 'webp'),
    fc.constantFrom(encodeURIComponent, escaped),
  )
  .map(([parts, format, write]) => `/40,${format},text=${write(parts.join(''))}`)
const bytes = fc
  .uint8Array({ minLength: 1, maxLength: 80 })
  .map((value) => `/40,text=${Buffer.from(value).toString('hex').replace(/../g, '%$&')}`)
const tokens = fc.array(piece, { maxLength: 30 }).map((parts) => `/20,${parts.join(',')}`)
const free = fc.array(piece, { minLength: 1, maxLength: 12 }).map((parts) => `/${parts.join('')}`)
const numbers = fc
  .tuple(fc.bigInt({ min: 0n, max: 10n ** 400n }), fc.bigInt({ min: 0n, max: 10n ** 30n }))
  .map(([width, height]) => `/${width}x${height}`)

/** Requests for which any response of the table is right. */
export const hostileCases: fc.Arbitrary<UriCase> = fc
  .tuple(
    fc.oneof(mutated, mutated, mutated, drawn, drawn, text, bytes, tokens, free, free, numbers),
    fc.constantFrom('GET', 'GET', 'GET', 'GET', 'HEAD'),
  )
  .map(([path, method]) =>
    // A blank or a control character in the request line is invalid HTTP, which protocol.ts covers.
    // oxlint-disable-next-line no-control-regex
    get('hostile', path.replace(/[\u0000-\u0020\u007f]/g, '_'), { kind: 'any' }, method),
  )
