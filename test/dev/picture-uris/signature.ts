import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { attack, refusedAs, type Attack } from './judge.js'

const LATER = Math.floor(Date.now() / 1000) + 86_400

/** Signs whatever text, as docs/signing.md describes. */
function hmac(key: string, text: string): string {
  return createHmac('sha256', Buffer.from(key, 'base64url')).update(text).digest('base64url')
}

function signature(key: string, path: string, expires = ''): string {
  return hmac(key, `genato-1\n${path}\n${expires}`).slice(0, 22)
}

const PATHS = [
  '/signed/9x9/tom.jpg',
  '/closed/20x,auto/cats/tom.jpg',
  '/signed/9x9,smart,jpg,q=70/logo.png',
  '/signed/tom.jpg',
]

/** Signed properly: not refused. */
export function signedCases(key: string): Attack[] {
  return PATHS.flatMap((path) =>
    ['', String(LATER)].map((expires) =>
      attack(
        'signed',
        `${path}?${expires === '' ? '' : `exp=${expires}&`}sig=${signature(key, path, expires)}`,
        ({ status, headers }) =>
          status !== 200
            ? `is ${status}`
            : headers['cache-control']?.startsWith('public, max-age=300,')
              ? undefined
              : `has the Cache-Control ${headers['cache-control']}`,
      ),
    ),
  )
}

type Way = (given: { key: string; path: string; sig: string; other: string }) => string

/** Ways around a signature. Each gives a target. */
const WAYS: readonly Way[] = [
  ({ path }) => path,
  ({ path }) => `${path}?`,
  ({ path }) => `${path}?sig=`,
  ({ path }) => `${path}?sig`,
  ({ path, sig }) => `${path}?SIG=${sig}`,
  ({ path, sig }) => `${path}?%73ig=${sig}`,
  ({ path, sig }) => `${path}?sig=${sig}&sig=${sig}`,
  ({ path, sig }) => `${path}?sig=${sig}&sig=`,
  ({ path, sig, other }) => `${path}?sig=${other}&sig=${sig}`,
  ({ path, sig }) => `${path}?x=1&sig=${sig}`,
  ({ path, sig }) => `${path}?sig=${sig}&x=1`,
  ({ path, sig }) => `${path}?sig=${sig}&__proto__=1`,
  ({ path, sig }) => `${path}?sig=${sig}&exp=`,
  ({ path, sig }) => `${path}?exp=&sig=${sig}`,
  ({ path, sig }) => `${path}?exp=0&sig=${sig}`,
  ({ path, sig }) => `${path}?exp=${LATER}&sig=${sig}`,
  ({ path, key }) => `${path}?exp=${LATER + 1}&sig=${signature(key, path, String(LATER))}`,
  ({ path, key }) => `${path}?exp=0${LATER}&sig=${signature(key, path, `0${LATER}`)}`,
  ({ path, key }) => `${path}?exp=%2B${LATER}&sig=${signature(key, path, `+${LATER}`)}`,
  ({ path, key }) => `${path}?exp=${LATER}.0&sig=${signature(key, path, `${LATER}.0`)}`,
  ({ path, key }) => `${path}?exp=9e99&sig=${signature(key, path, '9e99')}`,
  ({ path, key }) => `${path}?exp=Infinity&sig=${signature(key, path, 'Infinity')}`,
  ({ path, key }) => `${path}?exp=9999999999999&sig=${signature(key, path, '9999999999999')}`,
  ({ path, key }) => `${path}?exp=${LATER}&exp=1&sig=${signature(key, path, String(LATER))}`,
  ({ path, key }) => `${path}?exp=1&exp=${LATER}&sig=${signature(key, path, String(LATER))}`,
  ({ path, sig }) => `${path}?sig=${sig.slice(0, 21)}`,
  ({ path, sig }) => `${path}?sig=${sig}A`,
  ({ path, sig }) => `${path}?sig=${sig}=`,
  ({ path, sig }) => `${path}?sig=${sig}==`,
  ({ path, sig }) => `${path}?sig=${sig}%00`,
  ({ path, sig }) => `${path}?sig=${sig}%0A`,
  ({ path, sig }) => `${path}?sig=+${sig}`,
  ({ path, sig }) => `${path}?sig=${swapCase(sig)}`,
  ({ path, sig }) => `${path}?sig=${flipLast(sig)}`,
  ({ path, sig }) => `${path}?sig=${Array.from(sig).toReversed().join('')}`,
  ({ path, key }) => `${path}?sig=${hmac(key, `genato-1\n${path}\n`)}`,
  // The same bytes as a signature that is valid, cut elsewhere: the line feeds keep path and expiry apart.
  ({ path, key }) => `${path}%0A${LATER}?sig=${signature(key, path, String(LATER))}`,
  ({ path, key }) => `${path}?exp=${LATER}&sig=${signature(key, `${path}\n${LATER}`)}`,
  ({ path, key }) => `${path}?sig=${hmac(key, path).slice(0, 22)}`,
  ({ path, key }) => `${path}?sig=${hmac(key, `genato-2\n${path}\n`).slice(0, 22)}`,
  ({ path }) => `${path}?sig=${signature('', path)}`,
  ({ path }) => `${path}?sig=${signature(Buffer.alloc(32).toString('base64url'), path)}`,
  ({ path, key }) => `${path}?sig=${signature(Buffer.from(key).toString('base64url'), path)}`,
  // Another path than the signed one.
  ({ path, sig }) => `${path.replace('9x9', '8x8').replace('20x', '21x').replace('/tom', '/Tom')}?sig=${sig}`,
  ({ path, sig }) =>
    `${path.replace(',jpg,q=70', '').replace(',auto', '').replace('9x9/tom', 'tom')}/x?sig=${sig}`,
  ({ path, sig }) =>
    `${path.replace('/signed/', '/closed/').replace('/closed/20', '/signed/20')}?sig=${sig}`
      .replace('/signed/', '/closed/')
      .replace('20x', '22x'),
  ({ path, sig }) => `${path}/../logo.png?sig=${sig}`,
  ({ path, sig }) => `${path}%2f..%2flogo.png?sig=${sig}`,
  ({ path, sig }) => `${path}/?sig=${sig}`,
  ({ path, sig }) => `${path}%00?sig=${sig}`,
  ({ path, sig }) => `${path};x?sig=${sig}`,
  ({ path, sig }) => `${path}#?sig=${sig}`,
  ({ path, sig }) => `${path}%3Fsig=${sig}`,
  ({ path, sig }) => `${path};sig=${sig}`,
  ({ path, sig }) => `${path}?a?sig=${sig}`,
  ({ path, sig }) => `${path}??sig=${sig}`,
  ({ path, sig }) => `${path}?sig=${sig}#x`,
  ({ path, sig }) => `${path}?sig=${sig}?`,
]

/** Respellings of a path that mean the same, with its signature. They are refused, or (only their escapes) answered. */
const SPELLINGS: readonly ((path: string) => string)[] = [
  (path) => path.replace(/^\/(.)/, (_, letter: string) => `/%${letter.charCodeAt(0).toString(16)}`),
  (path) => path.replace(/^\//, '//'),
  (path) => path.replace(/^\//, '/./'),
  (path) => path.replace(/^\//, '/x/../'),
  (path) => path.replace(/^\/(\w)/, (_, letter: string) => `/${letter.toUpperCase()}`),
  (path) => path.replace('9x9', '9X9').replace('20x', '20X').replace('/tom', '//tom'),
  (path) =>
    path.replace('9x9', '9x9,center').replace('20x', '20x,cover').replace('signed/tom', 'signed/./tom'),
  (path) => path.replaceAll(',', '%2C').replace(/\/([^/]*)$/, '/./$1'),
]

export function forgedCases(key: string): fc.Arbitrary<Attack> {
  const path = fc.constantFrom(...PATHS)
  const forged = fc
    .tuple(path, path, fc.constantFrom(...WAYS), fc.constantFrom('GET', 'GET', 'HEAD'))
    .map(([one, two, way, method]) => {
      const target = way({ key, path: one, sig: signature(key, one), other: signature(key, `${two}x`) })
      return attack('forged', target, unmade(method), { method })
    })
  const respelt = fc
    .tuple(path, fc.constantFrom(...SPELLINGS))
    .map(([one, respell]) => attack('respelt', `${respell(one)}?sig=${signature(key, one)}`, unmade('GET')))
  const random = fc
    .tuple(
      path,
      fc.string({ unit: fc.constantFrom(...Array.from('abcdefgXYZ0189-_')), minLength: 22, maxLength: 22 }),
    )
    .map(([one, sig]) => attack('random', `${one}?sig=${sig}`, unmade('GET')))
  const expired = fc
    .tuple(path, fc.integer({ min: 1, max: Math.floor(Date.now() / 1000) - 1 }))
    .map(([one, exp]) =>
      attack(
        'expired',
        `${one}?exp=${exp}&sig=${signature(key, one, String(exp))}`,
        (answer) => refusedAs('GET', '410 EXPIRED')?.(answer) ?? keptByNone(answer),
      ),
    )
  return fc.oneof({ arbitrary: forged, weight: 6 }, respelt, random, expired)
}

/** Refused, and kept by no cache. */
function unmade(method: string): Attack['judge'] {
  return (answer) => {
    const { status } = answer
    if (status < 400) return `is ${status}`
    // Below no mount it is the generator's.
    if (status === 404 || status === 400) return undefined
    return refusedAs(method, '403 BAD_SIGNATURE')?.(answer) ?? keptByNone(answer)
  }
}

function keptByNone({ headers }: { headers: Record<string, string> }): string | undefined {
  return headers['cache-control'] === 'no-store' ? undefined : `may be kept: ${headers['cache-control']}`
}

function swapCase(text: string): string {
  return text.replace(/[a-z]/gi, (letter) => (letter < 'a' ? letter.toLowerCase() : letter.toUpperCase()))
}

/** Base64url's last character of 22 has four bits to spare: none of its neighbours may do. */
function flipLast(sig: string): string {
  const last = sig.at(-1) ?? 'A'
  return sig.slice(0, -1) + String.fromCharCode(last.charCodeAt(0) + (/[zZ9_-]/.test(last) ? -1 : 1))
}
