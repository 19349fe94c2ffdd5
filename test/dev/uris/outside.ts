import path from 'node:path'
import fc from 'fast-check'
import { escaped, get, type UriCase } from './request.js'

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
  '%u002e%u002e',
  '．．',
  '..\\',
]
const SLASHES = ['/', '%2f', '%2F', '%5c', '\\', '%252f', '//', '/./', '%c0%af', '%5C%5C', '∕', '%2f%2f']
const STARTS = [
  '/',
  '//',
  '/20,white/',
  '/generated/',
  '/objects/',
  '/images/',
  '/.',
  '/file:',
  '/%2f',
  '/\\',
  '/x/',
  '/20,',
]

/**
 * Spellings of a path to an existing file outside the bucket.
 * @param file the absolute path.
 * @param folders that the server might use as its root.
 */
export function outsideCases(file: string, folders: readonly string[]): fc.Arbitrary<UriCase> {
  const names = [
    file,
    ...folders.map((folder) => path.relative(folder, file)),
    '/etc/passwd',
    'etc/passwd',
    '/proc/self/environ',
    'made-by',
    'genato.config.json',
    '.genato/images/made-by',
    'node_modules/.package-lock.json',
    'package.json',
    'index.js',
    'genato.json',
  ]
  return fc
    .record({
      name: fc.constantFrom(...names),
      start: fc.constantFrom(...STARTS),
      up: fc.constantFrom(...UP),
      slash: fc.constantFrom(...SLASHES),
      deep: fc.nat({ max: 12 }),
      whole: fc.nat({ max: 5 }),
      end: fc.constantFrom('', '', '', '%00', '%00.png', '?', '/', '/.', '%20', '.', '::$DATA', ',png', '#x'),
    })
    .map(({ name, start, up, slash, deep, whole, end }) => {
      const steps = `${up}${slash}`.repeat(deep)
      const spelt = name.replaceAll('..', up).replaceAll('/', slash)
      const target = `${start}${steps}${whole === 0 ? escaped(name) : spelt}${end}`
      return get('outside', target, { kind: 'nowhere' })
    })
}

/** Names that are missing in the bucket: `404`, and `400` with a dot segment. */
export const missingCases: fc.Arbitrary<UriCase> = fc
  .tuple(
    fc.constantFrom(
      'favicon.ico',
      'robots.txt',
      'a/b/c.png',
      'white,640x480',
      'index.html',
      '.env',
      '.git/config',
      'wp-login.php',
      'x5',
      'a%20b',
    ),
    fc.string({
      unit: fc.constantFrom(...Array.from('abcdefghijklmnopqrstuvwxyz-_.~!$&()*+;=@')),
      maxLength: 40,
    }),
    fc.constantFrom('GET', 'GET', 'GET', 'HEAD'),
  )
  .map(([name, more, method]) =>
    get(
      'missing',
      `/z${more}/${name}`,
      /^\.*$/.test(`z${more}`) ? { kind: 'nowhere' } : { kind: 'missing' },
      method,
    ),
  )
