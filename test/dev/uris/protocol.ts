import fc from 'fast-check'
import type { UriCase } from './request.js'

const HOST = 'Host: localhost\r\n'
/** Refused, either by Node's parser or by the edge as CloudFront would. */
const REFUSED = [400, 403, 405, 408, 411, 414, 417, 421, 426, 431, 494, 501]
const EXAMPLE = '/20,white'

/** Invalid HTTP, or requests that a distribution doesn't allow. Each is sent on its own connection. */
const raws: readonly string[] = [
  // Line ends, blanks and control characters in the request line.
  ...[
    '\r\nX-Injected: 1',
    '\nX-Injected: 1',
    '\rX-Injected: 1',
    '\0',
    ' ',
    '\t',
    '\x0b',
    '\x1b[31m',
    '\x7f',
  ].map((bad) => `GET /20,text=a${bad}b HTTP/1.1\r\n${HOST}\r\n`),
  ...[
    '',
    ' ',
    '*',
    'x',
    '20,white',
    '?',
    '#',
    'localhost:80',
    '..',
    '\\',
    ':',
    '@',
    'http:/x',
    'ftp://x/y',
    'file:///etc/passwd',
    'x:/y',
  ].map((target) => `GET ${target} HTTP/1.1\r\n${HOST}\r\n`),
  // Versions.
  `GET ${EXAMPLE}\r\n\r\n`,
  ...[
    'HTTP/0.9',
    'HTTP/2.0',
    'HTTP/9.9',
    'HTTP/1.10',
    'http/1.1',
    'HTTPS/1.1',
    'ICE/1.0',
    'HTTP/1.1x',
    'HTTP/',
  ].map((version) => `GET ${EXAMPLE} ${version}\r\n${HOST}\r\n`),
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  // Unknown methods, and one that asks for a tunnel.
  ...['get', 'FOO', 'G ET', '', 'GET\0', 'GÉT', 'GET<script>'].map(
    (method) => `${method} ${EXAMPLE} HTTP/1.1\r\n${HOST}\r\n`,
  ),
  `CONNECT 127.0.0.1:22 HTTP/1.1\r\n${HOST}\r\n`,
  `CONNECT ${EXAMPLE} HTTP/1.1\r\n${HOST}\r\n`,
  // Two contradictory lengths.
  `POST ${EXAMPLE} HTTP/1.1\r\n${HOST}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\n\r\n`,
  `GET ${EXAMPLE} HTTP/1.1\r\n${HOST}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`,
  ...['-1', '1e3', '0x1', '99999999999999999999999', '1,2', ' '].map(
    (length) => `GET ${EXAMPLE} HTTP/1.1\r\n${HOST}Content-Length: ${length}\r\n\r\n`,
  ),
  ...['xchunked', 'chunked, identity', 'gzip, chunked, x'].map(
    (coding) => `POST ${EXAMPLE} HTTP/1.1\r\n${HOST}Transfer-Encoding: ${coding}\r\n\r\n0\r\n\r\n`,
  ),
  `POST ${EXAMPLE} HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n`,
  `POST ${EXAMPLE} HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\nzz\r\n`,
  // Invalid headers.
  ...[': x', ' folded: x', 'no colon', 'a b: c', 'X: a\0b', 'X\x00: a', 'X: a\rb', 'é: x'].map(
    (header) => `GET ${EXAMPLE} HTTP/1.1\r\n${header}\r\n${HOST}\r\n`,
  ),
  // RFC 9112 3.2: a request of HTTP/1.1 has one Host.
  `GET ${EXAMPLE} HTTP/1.1\r\n\r\n`,
  // Too much.
  `GET /20,text=${'a'.repeat(20_000)} HTTP/1.1\r\n${HOST}\r\n`,
  `GET /${'a/'.repeat(60_000)} HTTP/1.1\r\n${HOST}\r\n`,
  `GET ${EXAMPLE} HTTP/1.1\r\n${HOST}X: ${'a'.repeat(100_000)}\r\n\r\n`,
  `GET ${EXAMPLE} HTTP/1.1\r\n${HOST}${'X: a\r\n'.repeat(20_000)}\r\n`,
  // Other protocols.
  '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  '\x05\x01\x00',
  'SSH-2.0-OpenSSH_9.6\r\n\r\n',
  '*1\r\n$4\r\nPING\r\n\r\n\r\n',
]

const garbage = fc
  .uint8Array({ minLength: 1, maxLength: 300 })
  .map((bytes) => Buffer.concat([Buffer.from(bytes), Buffer.from('\r\n\r\n')]))

export const refusedCases: fc.Arbitrary<UriCase> = fc
  .oneof(
    fc.constantFrom(...raws).map((raw) => Buffer.from(raw, 'latin1')),
    garbage,
  )
  .map((raw) => ({
    family: 'refused',
    method: 'GET',
    target: raw,
    raw,
    expected: { kind: 'refused', statuses: REFUSED },
  }))

/** Each of them once. */
export const everyRefused: readonly UriCase[] = raws.map((raw) => ({
  family: 'refused',
  method: 'GET',
  target: Buffer.from(raw, 'latin1'),
  raw: Buffer.from(raw, 'latin1'),
  expected: { kind: 'refused', statuses: REFUSED },
}))

const METHODS = [
  'POST',
  'PUT',
  'DELETE',
  'PATCH',
  'OPTIONS',
  'TRACE',
  'PROPFIND',
  'PURGE',
  'M-SEARCH',
  'COPY',
  'LINK',
  'MKCOL',
  'SEARCH',
  'UNLOCK',
]

/** The response to other methods of a distribution that allows GET and HEAD. */
export const methodCases: fc.Arbitrary<UriCase> = fc
  .tuple(
    fc.constantFrom(...METHODS),
    fc.constantFrom(
      '/20,white',
      '/',
      '/x',
      '/20,text=%3Cscript%3E',
      '/..%2fetc/passwd',
      '/20,%ZZ',
      '/20,white?<script>',
    ),
    fc.constantFrom('', 'Content-Length: 3\r\n', 'X-HTTP-Method-Override: GET\r\n'),
  )
  .map(([method, target, header]) => ({
    family: 'method',
    method,
    target: Buffer.from(target),
    raw: Buffer.from(
      `${method} ${target} HTTP/1.1\r\n${HOST}${header}\r\n${header.startsWith('Content') ? 'abc' : ''}`,
    ),
    expected: { kind: 'refused', statuses: [403] },
  }))

const ABSOLUTE = [
  'http://',
  'https://',
  'HTTP://',
  'ftp://',
  'file://',
  'gopher://',
  'javascript:',
  'http:',
  'http:/',
  'http:///',
  '//',
  'data:,',
  'http://[::1]',
  'http://a@b:80',
]

/** The requests of the page's own script at `/`, in development. */
const PAGE = [
  '/?state',
  '/?state=<script>',
  '/?explain=/20,text=%3Cscript%3E',
  '/?explain=//evil.example',
  '/?explain=',
  '/?stored=..%2f..%2foutside.txt',
  '/?stored=generated/../../outside.txt',
  '/?stored=generated/',
  '/?gallery=-1',
  '/?gallery=1e9',
  '/?__proto__',
  '/?constructor=1',
  '/?<script>=<script>',
]

/** Targets for a proxy, and headers that a server might trust. */
export const oddCases: fc.Arbitrary<UriCase> = fc
  .tuple(
    fc.constantFrom(...ABSOLUTE),
    fc.constantFrom('evil.example', '127.0.0.1:22', 'localhost', ''),
    fc.constantFrom(
      '/20,white',
      '/',
      '',
      '?x',
      '/../../etc/passwd',
      '/20,text=%3Cb%3E,svg',
      '#f',
      '/%2e%2e/x',
      ...PAGE,
    ),
    fc.constantFrom(
      '',
      'Host: evil.example\r\n',
      'X-Forwarded-Host: evil.example\r\n',
      'X-Original-URL: /etc/passwd\r\nX-Rewrite-URL: /etc/passwd\r\n',
      'Upgrade: websocket\r\nConnection: Upgrade\r\n',
      'Expect: 100-continue\r\n',
      'Range: bytes=0-0,5-1,-99999999999999\r\n',
      'If-None-Match: "\x80", W/"*", *\r\n',
      'If-Modified-Since: Fri, 99 Foo 99999 99:99:99 GMT\r\n',
      'Accept-Encoding: gzip;q=9, <script>\r\n',
    ),
    fc.boolean(),
  )
  .map(([start, host, path, header, absolute]) => {
    const target = absolute ? `${start}${host}${path}` : path.startsWith('/') ? path : '/20,white'
    return {
      family: 'odd',
      method: 'GET',
      target: Buffer.from(target),
      raw: Buffer.from(
        `GET ${target} HTTP/1.1\r\n${header.startsWith('Host') ? '' : HOST}${header}Connection: close\r\n\r\n`,
        'latin1',
      ),
      expected: { kind: 'any' },
    }
  })
