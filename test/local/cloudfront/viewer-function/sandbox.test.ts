import { createHash, createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { openViewerFunction } from '../../../../src/local/cloudfront/viewer-function/sandbox.js'

/** What the code's handler returns. */
async function run(code: string, event: object = {}): Promise<unknown> {
  return openViewerFunction(code)(event)
}

/** The value of an expression in the sandbox. */
async function value(expression: string): Promise<unknown> {
  const result = (await run(`function handler() { return { value: ${expression} } }`)) as { value: unknown }
  return result.value
}

describe('has no', () => {
  test.each([
    'process',
    'global',
    'eval',
    'setTimeout',
    'setInterval',
    'queueMicrotask',
    'fetch',
    'URL',
    'crypto',
    'console',
    'Map',
    'Set',
    'WeakMap',
    'WeakRef',
    'Proxy',
    'Reflect',
    'BigInt',
    'Intl',
    'Symbol',
    'WebAssembly',
    'SharedArrayBuffer',
    'Atomics',
    'structuredClone',
    'bridge',
    'module',
    'exports',
    'escape',
    'AggregateError',
  ])('global %s', async (name) => {
    expect(await value(`typeof ${name}`)).toBe('undefined')
  })

  test.each([
    "''.at",
    "''.matchAll",
    "''.normalize",
    "''.isWellFormed",
    '[].flat',
    '[].flatMap',
    '[].at',
    '[].toSorted',
    '[].findLast',
    'Array.from',
    'Object.fromEntries',
    'Object.hasOwn',
    'Object.groupBy',
    "''.localeCompare",
  ])('method %s', async (method) => {
    expect(await value(`typeof ${method}`)).toBe('undefined')
  })

  test.each([
    "''.startsWith",
    "''.padEnd",
    "''.replaceAll",
    '[].includes',
    'Object.entries',
    'encodeURIComponent',
    'parseInt',
  ])('lack of %s', async (name) => {
    expect(await value(`typeof ${name}`)).toBe('function')
  })
})

describe('leads to nothing of this process', () => {
  test.each([
    'Function("return process")()',
    '(function () {}).constructor("return process")()',
    'event.constructor.constructor("return process")()',
    'require.constructor("return process")()',
    'require("crypto").createHash.constructor("return process")()',
    'require("crypto").createHash("md5").update("").digest().constructor.constructor("return process")()',
    'Buffer.from.constructor("return process")()',
    'Date.now.constructor("return process")()',
    'globalThis.constructor.constructor("return process")()',
    'globalThis["genato run"].constructor("return process")()',
    '(function () { try { require("fs") } catch (error) { return error.constructor.constructor("return process")() } })()',
    '(function () { try { Buffer.from("", "x") } catch (error) { return error.constructor.constructor("return process")() } })()',
  ])('%s', async (expression) => {
    const code = `function handler(event) { return { value: typeof (${expression}) } }`
    await expect(run(code)).rejects.toThrow(/Code generation from strings disallowed|is not defined/)
  })

  test('the event is a copy', async () => {
    const event = { request: { uri: '/a' } }
    expect(
      await run('function handler(event) { event.request.uri = "/b"; return event.request }', event),
    ).toEqual({ uri: '/b' })
    expect(event).toEqual({ request: { uri: '/a' } })
  })

  test('so is the result, without what JSON has no text for', async () => {
    const code =
      'function handler() { return { a: undefined, b: function () {}, c: new Date(0), d: NaN, ["__proto__"]: 1 } }'
    expect(await run(code)).toEqual(
      JSON.parse('{ "c": "1970-01-01T00:00:00.000Z", "d": null, "__proto__": 1 }'),
    )
  })
})

describe('rejects', () => {
  test.each([
    ['broken code', 'function handler( {', 'SyntaxError'],
    ['code without a handler', 'var a = 1', 'handler is not defined'],
    ['code that fails when it is loaded', 'nothing.at.all', 'nothing is not defined'],
    ['a handler that throws', 'function handler() { throw new TypeError("wrong") }', 'TypeError: wrong'],
    ['a handler that throws something else', 'function handler() { throw "wrong" }', 'wrong'],
    ['a promise that is rejected', 'async function handler() { throw new Error("wrong") }', 'Error: wrong'],
    [
      'a promise that never settles',
      'function handler() { return new Promise(function () {}) }',
      'never settles',
    ],
    ['a circle', 'function handler() { var a = {}; a.a = a; return a }', 'circular'],
    ['sloppy mode', 'function handler() { undeclared = 1 }', 'undeclared is not defined'],
    [
      'an unknown module',
      'function handler() { require("fs") }',
      '"fs" is none of buffer, crypto, querystring',
    ],
    ['imports', 'import cf from "cloudfront"; function handler() {}', 'import'],
    ['an endless loop', 'function handler() { for (;;) {} }', 'timed out'],
    ['an endless loop of promises', 'async function handler() { for (;;) await 0 }', 'timed out'],
    ['an endless loop when it is loaded', 'for (;;) {}', 'timed out'],
  ])('%s', async (_, code, message) => {
    await expect(run(code)).rejects.toThrow(message)
  })

  test('and runs again afterwards', async () => {
    const fn = openViewerFunction(
      'function handler(event) { if (event.wrong) for (;;) {} return { uri: "/" } }',
    )
    await expect(fn({ wrong: true })).rejects.toThrow('timed out')
    expect(await fn({})).toEqual({ uri: '/' })
  })
})

test.each(['undefined', 'null', '5', '"/a"', '[]'])(
  'passes on whatever the handler returns: %s',
  async (text) => {
    expect(await run(`function handler() { return ${text} }`)).toEqual(
      text === 'undefined' ? undefined : JSON.parse(text),
    )
  },
)

test('takes a promise', async () => {
  expect(await run('async function handler(event) { await 0; return event }', { a: 1 })).toEqual({ a: 1 })
})

test('the clock stands still during a run, and goes on until the next', async () => {
  const fn = openViewerFunction(`function handler() {
    var before = Date.now()
    for (var i = 0; i < 3e6; i++) { before += 0 }
    return { same: Date.now() === before && new Date().getTime() === before, now: before, year: new Date(0).getUTCFullYear(), text: Date() }
  }`)
  const first = (await fn({})) as { now: number }
  expect(first).toMatchObject({ same: true, year: 1970, text: new Date(first.now).toString() })
  expect(Math.abs(Date.now() - first.now)).toBeLessThan(2_000)
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(((await fn({})) as { now: number }).now).toBeGreaterThan(first.now)
})

describe('modules', () => {
  test.each(['md5', 'sha1', 'sha256'])('crypto: %s', async (algorithm) => {
    for (const encoding of ['hex', 'base64', 'base64url'] as const) {
      expect(
        await value(
          `require('crypto').createHash('${algorithm}').update('é').update('x').digest('${encoding}')`,
        ),
      ).toBe(createHash(algorithm).update('éx').digest(encoding))
      for (const key of ["'ké'", "Buffer.from('AAECAw', 'base64url')"])
        expect(
          await value(
            `require('crypto').createHmac('${algorithm}', ${key}).update('é').digest('${encoding}')`,
          ),
        ).toBe(
          createHmac(algorithm, key.startsWith('B') ? Buffer.from([0, 1, 2, 3]) : 'ké')
            .update('é')
            .digest(encoding),
        )
    }
  })

  test.each([
    ["Buffer.from('é').toString('hex')", 'c3a9'],
    ["Buffer.from('c3a9', 'hex').toString()", 'é'],
    ["Buffer.from([104, 105]).toString('base64')", 'aGk='],
    ["Buffer.concat([Buffer.from('a'), Buffer.from('b')]).toString()", 'ab'],
    ["Buffer.compare(Buffer.from('a'), Buffer.from('b'))", -1],
    ["Buffer.from('a').equals(Buffer.from('a'))", true],
    ['Buffer.alloc(2).length', 2],
    ["require('buffer').Buffer === Buffer", true],
    [
      "require('crypto').createHash('md5').update('').digest().toString('hex')",
      createHash('md5').digest('hex'),
    ],
    ["require('querystring').parse('a=1&a=%202&b').a.join()", '1, 2'],
    ["require('querystring').stringify({ a: 'b c' })", 'a=b%20c'],
  ])('%s', async (expression, expected) => {
    expect(await value(expression)).toEqual(expected)
  })

  test.each([
    "require('crypto').createHash('sha512')",
    "require('crypto').createHash('md5').digest('latin1')",
    "Buffer.from('', 'latin1')",
  ])('%s is refused', async (expression) => {
    await expect(value(expression)).rejects.toThrow('is none of')
  })
})
